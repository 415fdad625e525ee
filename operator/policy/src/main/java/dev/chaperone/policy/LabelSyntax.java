package dev.chaperone.policy;

import com.google.re2j.Pattern;
import org.jspecify.annotations.Nullable;

/** What Kubernetes takes for keys and values of labels. */
public final class LabelSyntax {
    private static final String PART = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private static final Pattern SUBDOMAIN = Pattern.compile(PART + "(\\." + PART + ")*");
    private static final Pattern NAME = Pattern.compile("([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]");
    private static final int LONGEST_SUBDOMAIN = 253;
    private static final int LONGEST_NAME = 63;
    private static final String NAME_RULE = "consist of alphanumeric characters, '-', '_' or '.', and must start and"
            + " end with an alphanumeric character; at most " + LONGEST_NAME;

    private LabelSyntax() {}

    /** Whether a text can name a resource, or stand before the slash of a key. */
    public static boolean isSubdomain(String text) {
        return text.length() <= LONGEST_SUBDOMAIN && SUBDOMAIN.matches(text);
    }

    /** What is wrong with a key, which is a name or {@code prefix/name}; null when nothing is. */
    public static @Nullable String problemOfKey(String key) {
        int slash = key.indexOf('/');
        if (slash >= 0 && !isSubdomain(key.substring(0, slash))) {
            return "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-'"
                    + " or '.'";
        }
        return isName(key.substring(slash + 1)) ? null : "name part must " + NAME_RULE;
    }

    /** What is wrong with a value; null when nothing is. */
    public static @Nullable String problemOfValue(String value) {
        return value.isEmpty() || isName(value) ? null : "a valid label must be an empty string or " + NAME_RULE;
    }

    private static boolean isName(String text) {
        return text.length() <= LONGEST_NAME && NAME.matches(text);
    }
}
