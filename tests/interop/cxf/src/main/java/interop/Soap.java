package interop;

import jakarta.xml.soap.SOAPConstants;
import jakarta.xml.ws.soap.SOAPBinding;
import javax.xml.namespace.QName;

/** The SOAP version of an endpoint or a client. */
enum Soap {
  SOAP_11(
      "",
      SOAPConstants.SOAP_1_1_PROTOCOL,
      SOAPBinding.SOAP11HTTP_BINDING,
      SOAPConstants.URI_NS_SOAP_1_1_ENVELOPE,
      "Client"),
  SOAP_12(
      "/soap12",
      SOAPConstants.SOAP_1_2_PROTOCOL,
      SOAPBinding.SOAP12HTTP_BINDING,
      SOAPConstants.URI_NS_SOAP_1_2_ENVELOPE,
      "Sender");

  /** First part of an address. */
  final String path;

  /** As {@code SOAPFactory} names it. */
  final String protocol;

  final String binding;

  /** Namespace of Envelope, Header and Body. */
  final String namespace;

  /** Whose fault it is when the question was wrong. */
  final QName senderFault;

  Soap(String path, String protocol, String binding, String namespace, String senderFault) {
    this.path = path;
    this.protocol = protocol;
    this.binding = binding;
    this.namespace = namespace;
    this.senderFault = new QName(namespace, senderFault);
  }
}
