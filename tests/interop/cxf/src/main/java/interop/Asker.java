package interop;

import jakarta.xml.ws.BindingProvider;
import jakarta.xml.ws.Dispatch;
import jakarta.xml.ws.Service;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.MalformedURLException;
import java.net.URI;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Source;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.stream.StreamResult;
import javax.xml.transform.stream.StreamSource;
import org.apache.cxf.Bus;
import org.apache.cxf.endpoint.Client;
import org.apache.cxf.jaxws.DispatchImpl;
import org.apache.cxf.ws.addressing.WSAddressingFeature;
import org.apache.cxf.ws.policy.WSPolicyFeature;

/** One CXF client of the civil registry's WSDL. */
final class Asker {
  private final Dispatch<Source> dispatch;

  Asker(Bus bus, URI wsdl, String address, Soap soap, Security security, Keys keys, Signing signing)
      throws MalformedURLException {
    Service service = Service.create(wsdl.toURL(), Registry.SERVICE);
    dispatch = service.createDispatch(Registry.PORT, Source.class, Service.Mode.PAYLOAD);
    Client client = ((DispatchImpl<?>) dispatch).getClient();
    dispatch.getRequestContext().putAll(security.properties(keys));
    dispatch.getRequestContext().put(BindingProvider.ENDPOINT_ADDRESS_PROPERTY, address);
    // Without it a Dispatch does not say which operation it is, and so no wsa:Action.
    dispatch.getRequestContext().put("find.dispatch.operation", Boolean.TRUE);
    new WSAddressingFeature().initialize(client, bus);
    WSPolicyFeature policy = security.policyFeature(bus);
    if (policy != null) {
      policy.initialize(client, bus);
    }
    security.intercept(client, soap, keys, signing);
  }

  /**
   * Signs, sends and verifies.
   *
   * @param payload the child of Body
   * @return the child of the answer's Body
   */
  String ask(String payload) throws TransformerException {
    return write(dispatch.invoke(new StreamSource(new StringReader(payload))));
  }

  private static String write(Source source) throws TransformerException {
    Transformer transformer = TransformerFactory.newInstance().newTransformer();
    transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
    StringWriter text = new StringWriter();
    transformer.transform(source, new StreamResult(text));
    return text.toString();
  }
}
