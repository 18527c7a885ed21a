package interop;

import jakarta.xml.soap.SOAPException;
import jakarta.xml.soap.SOAPFactory;
import jakarta.xml.soap.SOAPFault;
import jakarta.xml.ws.Provider;
import jakarta.xml.ws.ServiceMode;
import jakarta.xml.ws.WebFault;
import jakarta.xml.ws.WebServiceProvider;
import jakarta.xml.ws.Service.Mode;
import jakarta.xml.ws.soap.SOAPFaultException;
import java.io.StringReader;
import java.util.concurrent.atomic.AtomicInteger;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import javax.xml.transform.Source;
import javax.xml.transform.dom.DOMSource;
import org.apache.cxf.staxutils.StaxSource;
import org.apache.cxf.staxutils.StaxUtils;
import org.w3c.dom.Document;
import org.w3c.dom.Node;

/** Answers with a family of one, or with the registry's fault when the NID is {@link #UNKNOWN}. */
@WebServiceProvider
@ServiceMode(Mode.PAYLOAD)
public final class FamilyRegistry implements Provider<Source> {
  static final String NAMESPACE = "urn:al:ura:registry:civil:v1";
  /** The one person who is not in the register. */
  static final String UNKNOWN = "K15307002M";

  private final Soap soap;
  private final AtomicInteger invocations;

  FamilyRegistry(Soap soap, AtomicInteger invocations) {
    this.soap = soap;
    this.invocations = invocations;
  }

  @Override
  public Source invoke(Source question) {
    Document asked = readToTheEnd(question);
    invocations.incrementAndGet();
    String nid = asked.getElementsByTagNameNS(NAMESPACE, "Nid").item(0).getTextContent();
    if (nid.equals(UNKNOWN)) {
      throw new RegistryFault(notFound());
    }
    return new DOMSource(parse(family(nid)));
  }

  /**
   * Streaming, CXF compares the digest of the Body when it reads the Body's end tag, which stands behind the payload.
   * A Provider that takes the payload and leaves the rest is given, and answers, questions that were tampered with.
   */
  private static Document readToTheEnd(Source question) {
    try {
      Document document = StaxUtils.read(question);
      if (question instanceof StaxSource streamed) {
        XMLStreamReader rest = streamed.getXMLStreamReader();
        while (rest.hasNext()) {
          rest.next();
        }
      }
      return document;
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String family(String nid) {
    String address =
        "<Thoroughfare>Rruga Myzeqeja</Thoroughfare><LocatorDesignator>14</LocatorDesignator>"
            + "<PostCode>9003</PostCode><PostName>Divjakë</PostName>"
            + "<AdministrativeUnitLevel2>Fier</AdministrativeUnitLevel2><MunicipalityCode>20</MunicipalityCode>"
            + "<FullAddress>Rruga Myzeqeja 14, 9003 Divjakë</FullAddress>";
    return "<GetFamilyCompositionResponse xmlns='"
        + NAMESPACE
        + "'><Head><Nid>"
        + nid
        + "</Nid><GivenName>Dritan</GivenName><FamilyName>Hoxha</FamilyName>"
        + "<PatronymicName>Afrim</PatronymicName><Sex>MALE</Sex><DateOfBirth>1977-03-14</DateOfBirth>"
        + "<PlaceOfBirth>Divjakë</PlaceOfBirth><Citizenship>ALB</Citizenship><Domicile>"
        + address
        + "</Domicile></Head><Members/><Address>"
        + address
        + "</Address><AsOf>2026-03-02T09:14:27.250Z</AsOf></GetFamilyCompositionResponse>";
  }

  /** By its annotation CXF finds the wsa:Action that the WSDL has for this fault. */
  @WebFault(name = "RegistryFault", targetNamespace = NAMESPACE)
  private static final class RegistryFault extends SOAPFaultException {
    private static final long serialVersionUID = 1L;

    RegistryFault(SOAPFault fault) {
      super(fault);
    }
  }

  private SOAPFault notFound() {
    try {
      SOAPFault fault = SOAPFactory.newInstance(soap.protocol).createFault();
      fault.setFaultCode(soap.senderFault);
      fault.setFaultString("Not found.");
      Node detail =
          parse("<RegistryFault xmlns='" + NAMESPACE + "'><Code>PERSON_NOT_FOUND</Code>"
                  + "<Message>No person has this NID.</Message></RegistryFault>")
              .getDocumentElement();
      Document owner = fault.addDetail().getOwnerDocument();
      fault.getDetail().appendChild(owner.importNode(detail, true));
      return fault;
    } catch (SOAPException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Document parse(String xml) {
    try {
      return StaxUtils.read(new StringReader(xml));
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e);
    }
  }
}
