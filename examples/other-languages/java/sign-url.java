// Signs a URL that somebody else will open: java -cp classes SignUrl METHOD URL EXPIRES-IN [once]
//
// METHOD is what the opener will send: GET (which serves HEAD too) or PUT. `once` makes the URL count one time only.
import java.net.*;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.*;
import static java.nio.charset.StandardCharsets.UTF_8;

final class SignUrl {
    /** What no parser on the way changes, without a fragment: what is signed is what is sent. */
    static final String FINAL = "(?:[\\w.~!$&()*+,;=:@/?-]++|%[0-9A-Fa-f]{2})++";

    static String signUrl(String method, String address, long expiresIn, boolean once) throws GeneralSecurityException {
        if (!address.matches(FINAL)) throw new IllegalArgumentException("not a percent-encoded URL without fragment");
        var url = URI.create(address);
        var query = Objects.requireNonNullElse(url.getRawQuery(), "");
        for (var pair : query.split("&")) {
            var name = URLDecoder.decode(pair.split("=", 2)[0], UTF_8).toLowerCase(Locale.ROOT);
            var ours = Set.of("signature-input", "signature").contains(name);
            if (ours) throw new IllegalArgumentException("the URL has a signature");
        }
        var port = url.getScheme().equals("https") ? ":443$" : ":80$";
        var covered = new LinkedHashMap<String, String>();
        covered.put("@method", method);
        covered.put("@authority", url.getRawAuthority().toLowerCase(Locale.ROOT).replaceFirst(port, ""));
        covered.put("@path", url.getRawPath().isEmpty() ? "/" : url.getRawPath());
        covered.put("@query", "?" + query);
        long created = Instant.now().getEpochSecond();
        var params = Countersign.names(covered) + ";created=" + created + ";expires=" + (created + expiresIn)
            + (once ? ";nonce=\"" + Countersign.nonce() + "\"" : "")
            + ";keyid=" + Countersign.quote(Countersign.KEYID) + ";tag=\"cs1-url\"";
        var signature = Countersign.sign(Countersign.base(covered, params), Countersign.SECRET);
        var separator = url.getRawQuery() == null ? "?" : query.isEmpty() ? "" : "&";
        return address + separator
            + "signature-input=" + Form.percent("sig=" + params) + "&signature=" + Form.percent(signature);
    }

    public static void main(String[] args) throws GeneralSecurityException {
        System.out.println(signUrl(args[0], args[1], Long.parseLong(args[2]), args.length > 3));
    }
}
