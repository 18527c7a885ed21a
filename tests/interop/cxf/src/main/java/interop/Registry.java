package interop;

import java.util.concurrent.atomic.AtomicInteger;
import javax.xml.namespace.QName;
import org.apache.cxf.Bus;
import org.apache.cxf.jaxws.EndpointImpl;
import org.apache.cxf.ws.addressing.WSAddressingFeature;
import org.apache.cxf.ws.policy.WSPolicyFeature;

/** One CXF endpoint of the civil registry's WSDL. */
final class Registry {
  static final QName SERVICE = new QName(FamilyRegistry.NAMESPACE, "CivilRegistryService");
  static final QName PORT = new QName(FamilyRegistry.NAMESPACE, "CivilRegistryPort");

  private Registry() {}

  static void publish(
      Bus bus, String wsdl, String address, Soap soap, Profile profile, Security security, Keys keys, AtomicInteger invocations) {
    EndpointImpl endpoint = new EndpointImpl(bus, new FamilyRegistry(soap, invocations), soap.binding);
    endpoint.setWsdlLocation(wsdl);
    endpoint.setServiceName(SERVICE);
    endpoint.setEndpointName(PORT);
    endpoint.setProperties(new java.util.HashMap<>(security.properties(keys)));
    WSAddressingFeature addressing = new WSAddressingFeature();
    addressing.setAddressingRequired(true);
    endpoint.getFeatures().add(addressing);
    WSPolicyFeature policy = security.policyFeature(bus);
    if (policy != null) {
      endpoint.getFeatures().add(policy);
    }
    security.intercept(endpoint, soap, keys, Signing.of(profile));
    endpoint.publish(address);
  }
}
