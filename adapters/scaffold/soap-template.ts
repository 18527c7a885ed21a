import { pascal, spoken } from './names.js';

/** A WSDL with its schema to begin with: one operation about a person, by the conventions of this project. */
export function soapTemplate(name: string): Record<string, string> {
  const namespace = `urn:al:ura:registry:${name}:v1`;
  return { [`${name}.wsdl`]: wsdl(name, namespace), [`${name}.xsd`]: xsd(name, namespace) };
}

function wsdl(name: string, namespace: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<wsdl:definitions name="${pascal(name)}"
                  targetNamespace="${namespace}"
                  xmlns:tns="${namespace}"
                  xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"
                  xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
                  xmlns:wsam="http://www.w3.org/2007/05/addressing/metadata"
                  xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <wsdl:documentation>
    ${spoken(name)}, version 1, as a contract to begin with. SOAP 1.1, document/literal, signed by the profile
    wss-x509-integrity. A message id is executed once: a repetition with the same Body gets the stored answer again, a
    repetition with another Body the fault BAD_REQUEST. A fault is an answer like any other, and signed.
  </wsdl:documentation>
  <wsdl:types>
    <xs:schema>
      <xs:import namespace="${namespace}" schemaLocation="${name}.xsd"/>
    </xs:schema>
  </wsdl:types>
  <wsdl:message name="GetEntryRequest">
    <wsdl:part name="parameters" element="tns:GetEntry"/>
  </wsdl:message>
  <wsdl:message name="GetEntryResponse">
    <wsdl:part name="parameters" element="tns:GetEntryResponse"/>
  </wsdl:message>
  <wsdl:message name="RegistryFault">
    <wsdl:part name="fault" element="tns:RegistryFault"/>
  </wsdl:message>
  <wsdl:portType name="${pascal(name)}Port">
    <wsdl:operation name="GetEntry">
      <wsdl:documentation>What the register says about a person.</wsdl:documentation>
      <wsdl:input message="tns:GetEntryRequest" wsam:Action="${namespace}/GetEntry"/>
      <wsdl:output message="tns:GetEntryResponse" wsam:Action="${namespace}/GetEntryResponse"/>
      <wsdl:fault name="RegistryFault" message="tns:RegistryFault" wsam:Action="${namespace}/Fault"/>
    </wsdl:operation>
  </wsdl:portType>
  <wsdl:binding name="${pascal(name)}Binding" type="tns:${pascal(name)}Port">
    <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
    <wsdl:operation name="GetEntry">
      <soap:operation soapAction="${namespace}/GetEntry"/>
      <wsdl:input><soap:body use="literal"/></wsdl:input>
      <wsdl:output><soap:body use="literal"/></wsdl:output>
      <wsdl:fault name="RegistryFault"><soap:fault name="RegistryFault" use="literal"/></wsdl:fault>
    </wsdl:operation>
  </wsdl:binding>
  <wsdl:service name="${pascal(name)}">
    <wsdl:port name="${pascal(name)}Port" binding="tns:${pascal(name)}Binding">
      <soap:address location="https://${name}.example/soap"/>
    </wsdl:port>
  </wsdl:service>
</wsdl:definitions>
`;
}

function xsd(name: string, namespace: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
           xmlns="${namespace}"
           targetNamespace="${namespace}"
           elementFormDefault="qualified"
           attributeFormDefault="unqualified"
           version="1.0">
  <xs:annotation>
    <xs:documentation>${spoken(name)}, as a contract to begin with. It is nobody's published contract.</xs:documentation>
  </xs:annotation>
  <xs:simpleType name="NidType">
    <xs:restriction base="xs:string"><xs:pattern value="[0-9A-T][0-9]{8}[A-W]"/></xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="CodeType">
    <xs:restriction base="xs:string"><xs:pattern value="[A-Za-z0-9][A-Za-z0-9_.:/\\-]{0,99}"/></xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="TextType">
    <xs:restriction base="xs:string">
      <xs:minLength value="1"/>
      <xs:maxLength value="300"/>
      <xs:pattern value="[^\\p{Cc}]+"/>
    </xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="MomentType">
    <xs:restriction base="xs:dateTime"><xs:pattern value="[^+]*Z"/></xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="StatusType">
    <xs:restriction base="xs:string">
      <xs:enumeration value="ACTIVE"/>
      <xs:enumeration value="CLOSED"/>
    </xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="LanguageType">
    <xs:restriction base="xs:string">
      <xs:enumeration value="sq"/>
      <xs:enumeration value="en"/>
    </xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="FaultCodeType">
    <xs:restriction base="xs:string">
      <xs:enumeration value="ENTRY_NOT_FOUND"/>
      <xs:enumeration value="BAD_REQUEST"/>
      <xs:enumeration value="BUSY"/>
    </xs:restriction>
  </xs:simpleType>
  <xs:complexType name="RequesterType">
    <xs:sequence>
      <xs:element name="Organisation" type="TextType"/>
      <xs:element name="Officer" type="TextType"/>
      <xs:element name="Unit" type="TextType"/>
    </xs:sequence>
  </xs:complexType>
  <xs:complexType name="ContextType">
    <xs:sequence>
      <xs:element name="Purpose" type="CodeType"/>
      <xs:element name="LegalBasis" type="TextType"/>
      <xs:element name="ConsentRef" type="TextType" minOccurs="0"/>
      <xs:element name="CaseId" type="TextType"/>
      <xs:element name="Requester" type="RequesterType"/>
    </xs:sequence>
  </xs:complexType>
  <xs:element name="GetEntry">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="Context" type="ContextType"/>
        <xs:element name="Nid" type="NidType"/>
        <xs:element name="Language" type="LanguageType" minOccurs="0"/>
      </xs:sequence>
    </xs:complexType>
  </xs:element>
  <xs:element name="GetEntryResponse">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="Nid" type="NidType"/>
        <xs:element name="Reference" type="CodeType"/>
        <xs:element name="Status" type="StatusType"/>
        <xs:element name="AsOf" type="MomentType"/>
      </xs:sequence>
    </xs:complexType>
  </xs:element>
  <xs:element name="RegistryFault">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="Code" type="FaultCodeType"/>
        <xs:element name="Message" type="TextType"/>
      </xs:sequence>
    </xs:complexType>
  </xs:element>
</xs:schema>
`;
}
