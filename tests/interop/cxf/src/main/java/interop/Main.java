package interop;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MalformedURLException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.cxf.Bus;
import org.apache.cxf.BusFactory;

/**
 * {@code Main <folder of PEM files> <path of the WSDL> <the same with a binding to SOAP 1.2>}: publishes every variant of
 * the registry at {@code /<variant>/<rsa|ec>}, for SOAP 1.2 below {@code /soap12},
 * by the other profiles below {@code /confirmation} and {@code /auth}, and prints two addresses on one line: that of the registry, and that of the control.
 * The control takes {@code POST /ask?variant=&key=&soap=&profile=&address=} (the client asks somebody; body: the payload) and
 * {@code GET /invocations} (how often the registry has been reached).
 */
public final class Main {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private final Bus bus = BusFactory.getDefaultBus();
  private final Map<String, Keys> keys = new HashMap<>();
  private final Map<Map<String, String>, Asker> askers = new HashMap<>();
  private final AtomicInteger invocations = new AtomicInteger();
  private final Map<Soap, URI> wsdls;

  private Main(Path folder, Map<Soap, URI> wsdls) throws Exception {
    this.wsdls = wsdls;
    for (String name : List.of("rsa", "ec", "stranger")) {
      keys.put(name, Keys.load(folder, name));
    }
  }

  public static void main(String[] args) throws Exception {
    Map<Soap, URI> wsdls = Map.of(Soap.SOAP_11, Path.of(args[1]).toUri(), Soap.SOAP_12, Path.of(args[2]).toUri());
    Main main = new Main(Path.of(args[0]), wsdls);
    String registry = main.publish();
    String control = main.startControl();
    System.out.println(registry + " " + control);
    // Whoever started this ends it by closing its input, if not otherwise.
    while (System.in.read() >= 0) {
      continue;
    }
    System.exit(0);
  }

  private String publish() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, LOOPBACK)) {
      port = socket.getLocalPort();
    }
    String address = "http://127.0.0.1:" + port;
    for (Security security : Security.values()) {
      for (Soap soap : Soap.values()) {
        publish(address, soap, Profile.INTEGRITY, security);
      }
      if (!security.isPolicy()) {
        publish(address, Soap.SOAP_11, Profile.CONFIRMATION, security);
        publish(address, Soap.SOAP_11, Profile.AUTH, security);
      }
    }
    return address;
  }

  private void publish(String address, Soap soap, Profile profile, Security security) {
    String wsdl = wsdls.get(soap).toString();
    for (String name : List.of("rsa", "ec")) {
      Keys key = keys.get(name);
      if (security.canUse(key)) {
        String path = soap.path + profile.path() + "/" + security.path() + "/" + name;
        Registry.publish(bus, wsdl, address + path, soap, profile, security, key, invocations);
      }
    }
  }

  private String startControl() throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/ask", this::ask);
    server.createContext("/invocations", exchange -> reply(exchange, 200, invocations.toString()));
    server.start();
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void ask(HttpExchange exchange) throws IOException {
    Map<String, String> query = query(exchange.getRequestURI());
    String payload = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    try {
      reply(exchange, 200, askerOf(query).ask(payload));
    } catch (Exception e) {
      reply(exchange, 502, reasons(e));
    }
  }

  /** Clients are kept: to make one costs more than to use it ten times. */
  private synchronized Asker askerOf(Map<String, String> query) throws MalformedURLException {
    Asker asker = askers.get(query);
    if (asker == null) {
      Signing signing =
          new Signing(
              Profile.of(query.getOrDefault("profile", "integrity")),
              query.getOrDefault("keyIdentifier", "DirectReference"),
              !"no".equals(query.get("prefixList")),
              "default".equals(query.get("signing")));
      Security security = Security.of(query.get("variant"));
      Keys key = keys.get(query.get("key"));
      Soap soap = "1.2".equals(query.get("soap")) ? Soap.SOAP_12 : Soap.SOAP_11;
      asker = new Asker(bus, wsdls.get(soap), query.get("address"), soap, security, key, signing);
      askers.put(query, asker);
    }
    return asker;
  }

  private static String reasons(Throwable thrown) {
    StringBuilder text = new StringBuilder();
    for (Throwable each = thrown; each != null; each = each.getCause()) {
      text.append(each.getClass().getSimpleName()).append(": ").append(each.getMessage()).append('\n');
    }
    return text.toString();
  }

  private static Map<String, String> query(URI uri) {
    Map<String, String> values = new HashMap<>();
    for (String pair : uri.getRawQuery().split("&")) {
      String[] parts = pair.split("=", 2);
      values.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    return values;
  }

  private static void reply(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("content-type", "text/plain; charset=utf-8");
    exchange.sendResponseHeaders(status, bytes.length);
    try (var out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }
}
