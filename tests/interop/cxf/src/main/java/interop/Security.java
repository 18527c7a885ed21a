package interop;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.cxf.Bus;
import org.apache.cxf.interceptor.Interceptor;
import org.apache.cxf.interceptor.InterceptorProvider;
import org.apache.cxf.message.Message;
import org.apache.cxf.ws.policy.PolicyBuilder;
import org.apache.cxf.ws.policy.WSPolicyFeature;
import org.apache.cxf.ws.security.SecurityConstants;
import org.apache.cxf.ws.security.wss4j.CryptoCoverageChecker;
import org.apache.cxf.ws.security.wss4j.CryptoCoverageChecker.XPathExpression;
import org.apache.cxf.ws.security.wss4j.CryptoCoverageUtil.CoverageType;
import org.apache.cxf.ws.security.wss4j.StaxCryptoCoverageChecker;
import org.apache.cxf.ws.security.wss4j.WSS4JInInterceptor;
import org.apache.cxf.ws.security.wss4j.WSS4JOutInterceptor;
import org.apache.cxf.ws.security.wss4j.WSS4JStaxInInterceptor;
import org.apache.cxf.ws.security.wss4j.WSS4JStaxOutInterceptor;
import org.apache.neethi.Policy;
import org.apache.wss4j.common.ConfigurationConstants;
import org.apache.wss4j.common.WSS4JConstants;
import org.apache.wss4j.common.bsp.BSPRule;
import org.apache.wss4j.stax.ext.WSSSecurityProperties;
import org.xml.sax.SAXException;

/** The four ways to have CXF sign and verify: by actions or by policy, on a DOM tree or streaming. */
enum Security {
  DOM,
  STAX,
  POLICY_DOM,
  POLICY_STAX;

  private static final String WSA = "http://www.w3.org/2005/08/addressing";
  /** Beside the Body. */
  private static final List<String> ALWAYS_THERE =
      List.of(
          named(WSS4JConstants.WSU_NS, "Timestamp"),
          named(WSA, "To"),
          named(WSA, "Action"),
          named(WSA, "MessageID"));
  private static final List<String> SOMETIMES_THERE =
      Stream.of("ReplyTo", "RelatesTo", "FaultTo", "From").map(name -> named(WSA, name)).toList();

  /** As it is written in an address: {@code policy-stax}. */
  static Security of(String name) {
    return valueOf(name.toUpperCase(java.util.Locale.ROOT).replace('-', '_'));
  }

  String path() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  boolean isPolicy() {
    return this == POLICY_DOM || this == POLICY_STAX;
  }

  private boolean isStreaming() {
    return this == STAX || this == POLICY_STAX;
  }

  /** CXF measures the keys of a policy in bits of RSA or DSA, and so takes no EC key: its validators refuse each. */
  boolean canUse(Keys keys) {
    return !isPolicy() || keys.isRsa();
  }

  /** What the endpoint or the client is to know; for the variants by policy only. */
  Map<String, Object> properties(Keys keys) {
    if (!isPolicy()) {
      return Map.of();
    }
    Map<String, Object> properties = new HashMap<>();
    properties.put(SecurityConstants.SIGNATURE_PROPERTIES, keys.cryptoProperties());
    // Without encryption it is only the place where the partner's certificate is looked up.
    properties.put(SecurityConstants.ENCRYPT_PROPERTIES, keys.cryptoProperties());
    properties.put(SecurityConstants.SIGNATURE_USERNAME, keys.name());
    properties.put(SecurityConstants.CALLBACK_HANDLER, keys.passwordCallback());
    // The suites of WS-SecurityPolicy 1.3 all name rsa-sha1.
    properties.put(SecurityConstants.ASYMMETRIC_SIGNATURE_ALGORITHM, keys.signatureAlgorithm());
    properties.put(SecurityConstants.ENABLE_STREAMING_SECURITY, isStreaming());
    return properties;
  }

  /** The policy to attach, or null. */
  WSPolicyFeature policyFeature(Bus bus) {
    if (!isPolicy()) {
      return null;
    }
    try (InputStream in = Security.class.getResourceAsStream("policy.xml")) {
      Policy policy = bus.getExtension(PolicyBuilder.class).getPolicy(in);
      return new WSPolicyFeature(policy);
    } catch (IOException | ParserConfigurationException | SAXException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Puts the interceptors of the variants by action in place. */
  void intercept(InterceptorProvider provider, Soap soap, Keys keys, Signing signing) {
    if (isPolicy()) {
      return;
    }
    Interceptor<? extends Message> out =
        isStreaming()
            ? new WSS4JStaxOutInterceptor(outProperties(soap, keys, signing))
            : new WSS4JOutInterceptor(outProperties(soap, keys, signing));
    provider.getOutInterceptors().add(out);
    provider.getOutFaultInterceptors().add(out);
    List<Interceptor<? extends Message>> in = new ArrayList<>();
    if (isStreaming()) {
      in.add(new StreamingVerifier(inProperties(keys, signing)));
      in.add(streamingCoverage(signing.profile()));
    } else {
      in.add(new WSS4JInInterceptor(inProperties(keys, signing)));
      in.add(coverage(soap, signing.profile()));
    }
    provider.getInInterceptors().addAll(in);
    provider.getInFaultInterceptors().addAll(in);
  }

  private Map<String, Object> outProperties(Soap soap, Keys keys, Signing signing) {
    Map<String, Object> properties = shared(keys, signing);
    properties.put(ConfigurationConstants.SIGNATURE_USER, keys.name());
    properties.put(ConfigurationConstants.PW_CALLBACK_REF, keys.passwordCallback());
    properties.put(ConfigurationConstants.SIG_ALGO, keys.signatureAlgorithm());
    properties.put(ConfigurationConstants.SIG_DIGEST_ALGO, "http://www.w3.org/2001/04/xmlenc#sha256");
    properties.put(ConfigurationConstants.ADD_INCLUSIVE_PREFIXES, String.valueOf(signing.prefixList()));
    if (signing.isDefault()) {
      return properties;
    }
    properties.put(ConfigurationConstants.SIG_KEY_ID, signing.keyIdentifier());
    List<String> parts = new ArrayList<>(ALWAYS_THERE);
    if (signing.profile() != Profile.AUTH) {
      parts.add(named(soap.namespace, "Body"));
    }
    if (signing.keyIdentifier().equals("DirectReference")) {
      parts.add(named(WSS4JConstants.WSSE_NS, "BinarySecurityToken"));
    }
    properties.put(ConfigurationConstants.SIGNATURE_PARTS, String.join("", parts));
    properties.put(ConfigurationConstants.OPTIONAL_SIGNATURE_PARTS, String.join("", SOMETIMES_THERE));
    return properties;
  }

  private Map<String, Object> inProperties(Keys keys, Signing signing) {
    Map<String, Object> properties = shared(keys, signing);
    properties.put(ConfigurationConstants.IS_BSP_COMPLIANT, "true");
    return properties;
  }

  private Map<String, Object> shared(Keys keys, Signing signing) {
    String reference = "crypto-" + keys.name();
    Map<String, Object> properties = new HashMap<>();
    properties.put(ConfigurationConstants.ACTION, "Timestamp Signature");
    properties.put(ConfigurationConstants.SIG_PROP_REF_ID, reference);
    properties.put(ConfigurationConstants.SIG_VER_PROP_REF_ID, reference);
    properties.put(reference, keys.cryptoProperties());
    if (signing.profile() == Profile.CONFIRMATION) {
      // WSS4J signs it by itself; named as a part as well it would be signed twice.
      properties.put(ConfigurationConstants.ENABLE_SIGNATURE_CONFIRMATION, "true");
    }
    return properties;
  }

  private static Interceptor<? extends Message> coverage(Soap soap, Profile profile) {
    Map<String, String> prefixes =
        Map.of(
            "s", soap.namespace,
            "wsu", WSS4JConstants.WSU_NS,
            "wsse", WSS4JConstants.WSSE_NS,
            "wsa", WSA);
    Stream<String> paths =
        Stream.concat(
            Stream.of("s:Header/wsse:Security/wsu:Timestamp",
                "s:Header/wsse:Security/wsse:BinarySecurityToken"),
            Stream.of("To", "Action", "MessageID", "ReplyTo", "RelatesTo", "FaultTo", "From")
                .map(name -> "s:Header/wsa:" + name));
    Stream<String> body = profile == Profile.AUTH ? Stream.empty() : Stream.of("s:Body");
    return new CryptoCoverageChecker(
        prefixes,
        Stream.concat(body, paths)
            .map(path -> new XPathExpression("/s:Envelope/" + path, CoverageType.SIGNED))
            .collect(Collectors.toList()));
  }

  /** The streaming counterpart knows Body, Timestamp, ReplyTo and FaultTo only. */
  private static Interceptor<? extends Message> streamingCoverage(Profile profile) {
    StaxCryptoCoverageChecker checker = new StaxCryptoCoverageChecker();
    checker.setEncryptUsernameToken(false);
    checker.setSignBody(profile != Profile.AUTH);
    return checker;
  }

  /**
   * All rules of the Basic Security Profile but R5421: streaming WSS4J reads it as "RSA or HMAC", and so refuses
   * every ECDSA signature; on a DOM tree it does not.
   */
  private static final class StreamingVerifier extends WSS4JStaxInInterceptor {
    StreamingVerifier(Map<String, Object> properties) {
      super(properties);
    }

    @Override
    protected WSSSecurityProperties createSecurityProperties() {
      WSSSecurityProperties properties = super.createSecurityProperties();
      properties.addIgnoreBSPRule(BSPRule.R5421);
      return properties;
    }
  }

  private static String named(String namespace, String name) {
    return "{Element}{" + namespace + "}" + name + ";";
  }
}
