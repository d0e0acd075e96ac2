// What a signature says: its label, the names it covers, and its parameters.
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

final class SignatureInput {
    /** One parameter: an integer or a string (RFC 9421, section 2.3). */
    private static final String PARAMETER = ";([a-z*][a-z0-9_.*-]*)="
        + "(0|[1-9][0-9]{0,11}|\"(?:[ !#-\\[\\]-~]++|\\\\[\"\\\\])*+\")";

    private static final Pattern ONE = Pattern.compile(PARAMETER);

    /** A label, what is covered, and the parameters: the only member, of one spelling. */
    private static final Pattern INPUT = Pattern.compile("(?<label>[a-z*][a-z0-9_.*-]*)="
        + "(?<params>\\(\"(?<names>[a-z0-9@-]+(?:\" \"[a-z0-9@-]+)*)\"\\)"
        + "(?<parameters>(?:" + PARAMETER + ")*+))");

    final String label;
    /** As received, for the signature base. */
    final String params;
    final List<String> names;
    /** Each at most once; texts with their quotes. */
    final Map<String, String> parameters = new HashMap<>();

    SignatureInput(String text) {
        var member = INPUT.matcher(text == null ? "" : text);
        Refused.unless(member.matches(), "signature_malformed");
        label = member.group("label");
        params = member.group("params");
        names = List.of(member.group("names").split("\" \""));
        Refused.unless(new HashSet<>(names).size() == names.size(), "signature_malformed");

        var pairs = ONE.matcher(member.group("parameters"));
        while (pairs.find()) {
            var earlier = parameters.put(pairs.group(1), pairs.group(2));
            Refused.unless(earlier == null, "signature_malformed");
        }
    }

    /** What a parameter says that is a text; null if it is not there, or an integer. */
    String text(String name) {
        var value = parameters.getOrDefault(name, "");
        if (!value.startsWith("\"")) {
            return null;
        }
        var inner = value.substring(1, value.length() - 1);
        return inner.replaceAll("\\\\(.)", "$1");
    }

    /** What a parameter says that is an integer, or else what it is when it is not there. */
    long integer(String name, long absent) {
        var value = parameters.getOrDefault(name, Long.toString(absent));
        Refused.unless(value.matches("[0-9]+"), "created_missing");
        return Long.parseLong(value);
    }
}
