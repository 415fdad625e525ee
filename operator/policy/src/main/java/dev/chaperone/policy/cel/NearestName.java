package dev.chaperone.policy.cel;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds what somebody meant to write. */
public final class NearestName {
    private static final int LISTED = 10;

    private NearestName() {}

    /** The known name that is closest to the given one, if any is close enough to be meant. */
    public static Optional<String> of(String name, Collection<String> known) {
        int limit = Math.max(1, name.length() / 3);
        return known.stream()
                .filter(candidate -> distance(name, candidate) <= limit)
                .min(Comparator.<String>comparingInt(candidate -> distance(name, candidate))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** {@code did you mean 'x'?}, or which names there are. */
    public static String mend(String name, Collection<String> known, String what) {
        return of(name, known).map(nearest -> "did you mean '" + nearest + "'?").orElseGet(() -> list(known, what));
    }

    private static String list(Collection<String> known, String what) {
        if (known.isEmpty()) {
            return "there are no " + what;
        }
        List<String> sorted = known.stream().sorted().toList();
        String some = String.join(", ", sorted.subList(0, Math.min(LISTED, sorted.size())));
        return "known " + what + ": " + some
                + (sorted.size() > LISTED ? " and " + (sorted.size() - LISTED) + " more" : "");
    }

    // Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours. Case is half a reason.
    private static int distance(String one, String other) {
        String a = one.toLowerCase(Locale.ROOT);
        String b = other.toLowerCase(Locale.ROOT);
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + change);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
