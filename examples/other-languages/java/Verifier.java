// What the programs that verify have in common.
import java.io.*;
import java.security.*;
import java.time.Instant;
import java.util.*;
import java.util.regex.Matcher;
import static java.nio.charset.StandardCharsets.UTF_8;

final class Verifier {
    /** A string among the parameters, with its quotes. */
    static final String TEXT = "\"(?:[ !#-\\[\\]-~]++|\\\\[\"\\\\])*+\"";

    /** The parameters of every message, as countersign writes them; nothing else is taken. */
    static final String MESSAGE = ";created=(?<created>\\d{1,12})(?:;expires=(?<expires>\\d{1,12}))?"
        + ";nonce=\"(?<nonce>[\\w-]{1,128})\";keyid=(?<keyid>" + TEXT + ")";

    static void demand(boolean holds, String code) {
        if (!holds) throw new SecurityException("refused: " + code);
    }

    /** What a string says; null when it is not there. */
    static String unquote(String text) {
        return text == null ? null : text.replaceAll("^\"|\"$|\\\\(.)", "$1");
    }

    /** Demands a signature by one of these secrets, which was made just now and counts once. Ask this last. */
    static void accept(Map<String, String> covered, Matcher member, String signature, Map<String, String> secrets)
        throws GeneralSecurityException, IOException {
        long now = Instant.now().getEpochSecond(), created = Long.parseLong(member.group("created"));
        var expires = member.group("expires");
        demand(created <= now + 5, "created_in_future");
        demand(now <= created + 300 && (expires == null || now <= Long.parseLong(expires)), "expired");
        var keyid = unquote(member.group("keyid"));
        demand(secrets.containsKey(keyid), "signature_mismatch");
        var expected = Countersign.sign(Countersign.base(covered, member.group("params")), secrets.get(keyid));
        demand(MessageDigest.isEqual(expected.getBytes(UTF_8), signature.getBytes(UTF_8)), "signature_mismatch");
        // Once for each nonce: here a file that must be new, elsewhere a row under a unique index. Keep it 310 seconds.
        var hash = MessageDigest.getInstance("SHA-256").digest((keyid + "\n" + member.group("nonce")).getBytes(UTF_8));
        var once = new File(System.getenv("COUNTERSIGN_NONCES"), HexFormat.of().formatHex(hash));
        demand(once.createNewFile(), "nonce_replayed");
    }
}
