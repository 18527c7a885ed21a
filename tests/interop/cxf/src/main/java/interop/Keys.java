package interop;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Properties;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import org.apache.wss4j.common.ext.WSPasswordCallback;

/**
 * The key that this side signs with and the certificates that it trusts, as WSS4J wants to have them: a PKCS #12
 * file and crypto properties. Made from PEM files {@code <name>.key.pem} (PKCS #8) and {@code <name>.cert.pem}.
 */
final class Keys {
  private static final String PASSWORD = "interop";
  /** The partners' certificates themselves, not the authority that issued them. */
  private static final List<String> TRUSTED = List.of("gateway-rsa", "gateway-ec");

  private final String name;
  private final boolean isRsa;
  private final Path storePath;

  private Keys(String name, boolean isRsa, Path storePath) {
    this.name = name;
    this.isRsa = isRsa;
    this.storePath = storePath;
  }

  static Keys load(Path folder, String name) throws IOException, GeneralSecurityException {
    Certificate certificate = readCertificate(folder, name);
    String algorithm = certificate.getPublicKey().getAlgorithm();
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    PrivateKey key = readPrivateKey(folder.resolve(name + ".key.pem"), algorithm);
    store.setKeyEntry(name, key, PASSWORD.toCharArray(), new Certificate[] {certificate});
    for (String partner : TRUSTED) {
      store.setCertificateEntry(partner, readCertificate(folder, partner));
    }
    Path path = folder.resolve(name + ".p12");
    try (var out = Files.newOutputStream(path)) {
      store.store(out, PASSWORD.toCharArray());
    }
    return new Keys(name, algorithm.equals("RSA"), path);
  }

  String name() {
    return name;
  }

  boolean isRsa() {
    return isRsa;
  }

  /** Identifier of the signature algorithm that the key is used with. */
  String signatureAlgorithm() {
    return "http://www.w3.org/2001/04/xmldsig-more#" + (isRsa ? "rsa-sha256" : "ecdsa-sha256");
  }

  Properties cryptoProperties() {
    Properties properties = new Properties();
    properties.setProperty("org.apache.wss4j.crypto.provider", "org.apache.wss4j.common.crypto.Merlin");
    properties.setProperty("org.apache.wss4j.crypto.merlin.keystore.type", "PKCS12");
    properties.setProperty("org.apache.wss4j.crypto.merlin.keystore.file", storePath.toString());
    properties.setProperty("org.apache.wss4j.crypto.merlin.keystore.password", PASSWORD);
    properties.setProperty("org.apache.wss4j.crypto.merlin.keystore.alias", name);
    return properties;
  }

  CallbackHandler passwordCallback() {
    return callbacks -> {
      for (Callback callback : callbacks) {
        if (callback instanceof WSPasswordCallback wanted) {
          wanted.setPassword(PASSWORD);
        }
      }
    };
  }

  private static Certificate readCertificate(Path folder, String name)
      throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(folder.resolve(name + ".cert.pem"))) {
      return CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private static PrivateKey readPrivateKey(Path path, String algorithm)
      throws IOException, GeneralSecurityException {
    String base64 = Files.readString(path).replaceAll("-----[A-Z ]+-----", "");
    byte[] encoded = Base64.getMimeDecoder().decode(base64);
    return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
  }
}
