// Verifies requests on 127.0.0.1, answering with the content that was signed: java -cp classes VerifyRequest PORT
import com.sun.net.httpserver.*;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.*;
import java.util.regex.Pattern;
import static java.nio.charset.StandardCharsets.UTF_8;

final class VerifyRequest {
    static final Pattern MEMBER = Pattern.compile("sig=(?<params>(?<names>\\([^)]*\\))" + Verifier.MESSAGE + ")");
    static final Map<String, String> SECRETS = Map.of(Countersign.KEYID, Countersign.SECRET);

    /** With the target as it arrived, not decoded. */
    static void verify(String method, String target, Headers fields, byte[] content)
        throws GeneralSecurityException, IOException {
        var member = MEMBER.matcher(String.join(", ", fields.getOrDefault("Signature-input", List.of())));
        Verifier.demand(member.matches(), "signature_malformed");
        var covered = new LinkedHashMap<String, String>();
        covered.put("@method", method);
        covered.put("@authority", System.getenv("COUNTERSIGN_AUTHORITY")); // who we are: never what Host says
        covered.put("@path", target.replaceFirst("\\?.*", ""));
        covered.put("@query", target.contains("?") ? target.substring(target.indexOf('?')) : "?");
        for (var name : List.of("content-type", "content-encoding", "content-digest"))
            if (fields.containsKey(name)) covered.put(name, String.join(", ", fields.get(name)));
        if (content.length > 0) covered.putIfAbsent("content-digest", "none");
        Verifier.demand(member.group("names").equals(Countersign.names(covered)), "component_uncovered");
        var digest = Countersign.digest(content);
        Verifier.demand(covered.getOrDefault("content-digest", digest).equals(digest), "digest_mismatch");
        var signature = Objects.requireNonNullElse(fields.getFirst("signature"), "");
        Verifier.accept(covered, member, signature, SECRETS);
    }

    static void answer(HttpExchange exchange) throws IOException {
        var content = exchange.getRequestBody().readNBytes(1 << 20); // what is cut off fits no digest
        var status = 200; // your application goes here, with the content that was verified
        var target = exchange.getRequestURI().toString();
        try { verify(exchange.getRequestMethod(), target, exchange.getRequestHeaders(), content); }
        catch (GeneralSecurityException error) { throw new IOException(error); }
        catch (SecurityException refused) {
            status = 401;
            var code = refused.getMessage().replace("refused: ", "");
            exchange.getResponseHeaders().set("Content-Type", "application/problem+json");
            exchange.getResponseHeaders().set("WWW-Authenticate", "Signature error=\"" + code + "\"");
            content = "{\"type\":\"urn:countersign:problem:%s\",\"status\":401,\"code\":\"%1$s\",\"now\":%d}"
                .formatted(code, Instant.now().getEpochSecond()).getBytes(UTF_8);
        }
        exchange.sendResponseHeaders(status, content.length == 0 ? -1 : content.length);
        exchange.getResponseBody().write(content);
        exchange.close();
    }

    public static void main(String[] args) throws IOException {
        var server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0])), 0);
        server.createContext("/", VerifyRequest::answer);
        server.start();
    }
}
