// Signs a URL that somebody else will open: java sign-url.java METHOD URL EXPIRES-IN [once]
//
// METHOD is what the opener will send: GET (which serves HEAD too) or PUT. `once` makes the URL count one time only.
import java.net.*;
import java.security.*;
import java.time.Instant;
import java.util.*;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import static java.nio.charset.StandardCharsets.UTF_8;

final class SignUrl {
    /** What no parser on the way changes, without a fragment: what is signed is what is sent. */
    static final String FINAL = "(?:[\\w.~!$&()*+,;=:@/?-]++|%[0-9A-Fa-f]{2})++";

    /** A structured field string: printable ASCII only, the quote and the backslash escaped. */
    static String quote(String text) {
        if (!text.matches("[ -~]*")) throw new IllegalArgumentException("not printable ASCII");
        return '"' + text.replaceAll("[\"\\\\]", "\\\\$0") + '"';
    }

    /** Keeps RFC 3986's unreserved characters. */
    static String percent(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20").replace("*", "%2A").replace("%7E", "~");
    }

    static String signUrl(String method, String address, long expiresIn, boolean once) throws GeneralSecurityException {
        if (!address.matches(FINAL)) throw new IllegalArgumentException("not a percent-encoded URL without fragment");
        var url = URI.create(address);
        var query = Objects.requireNonNullElse(url.getRawQuery(), "");
        for (var pair : query.split("&")) {
            var name = URLDecoder.decode(pair.split("=", 2)[0], UTF_8).toLowerCase(Locale.ROOT);
            if (Set.of("signature-input", "signature").contains(name)) throw new IllegalArgumentException("the URL has a signature");
        }
        var nonce = new byte[16];
        new SecureRandom().nextBytes(nonce);
        long created = Instant.now().getEpochSecond();
        var params = "(\"@method\" \"@authority\" \"@path\" \"@query\");created=" + created + ";expires=" + (created + expiresIn)
            + (once ? ";nonce=\"" + Base64.getUrlEncoder().withoutPadding().encodeToString(nonce) + "\"" : "")
            + ";keyid=" + quote(System.getenv("COUNTERSIGN_KEYID")) + ";tag=\"cs1-url\"";
        var port = url.getScheme().equals("https") ? ":443$" : ":80$";
        var base = "\"@method\": " + method
            + "\n\"@authority\": " + url.getRawAuthority().toLowerCase(Locale.ROOT).replaceFirst(port, "")
            + "\n\"@path\": " + (url.getRawPath().isEmpty() ? "/" : url.getRawPath())
            + "\n\"@query\": ?" + query
            + "\n\"@signature-params\": " + params;
        var mac = Mac.getInstance("HmacSHA256"); // with a text secret: its UTF-8 bytes
        mac.init(new SecretKeySpec(System.getenv("COUNTERSIGN_SECRET").getBytes(UTF_8), "HmacSHA256"));
        var signature = "sig=:" + Base64.getEncoder().encodeToString(mac.doFinal(base.getBytes(UTF_8))) + ":";
        var separator = url.getRawQuery() == null ? "?" : query.isEmpty() ? "" : "&";
        return address + separator + "signature-input=" + percent("sig=" + params) + "&signature=" + percent(signature);
    }

    public static void main(String[] args) throws GeneralSecurityException {
        System.out.println(signUrl(args[0], args[1], Long.parseLong(args[2]), args.length > 3));
    }
}
