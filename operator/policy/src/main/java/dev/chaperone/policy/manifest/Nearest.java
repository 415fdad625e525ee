package dev.chaperone.policy.manifest;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Guesses which of the known names a misspelled one was meant to be. */
final class Nearest {
    private static final int MOST_LISTED = 20;
    private static final int LONGEST = 64;

    private Nearest() {}

    /** The mend for an unknown name: the name that was meant, else those that there are. */
    static String mend(String name, Collection<String> known) {
        return guess(name, known).map(nearest -> "did you mean '" + nearest + "'?")
                .orElseGet(() -> known.isEmpty() ? "remove it" : "known are: " + listed(known));
    }

    private static String listed(Collection<String> known) {
        List<String> sorted = known.stream().sorted().toList();
        String shown = String.join(", ", sorted.subList(0, Math.min(MOST_LISTED, sorted.size())));
        return sorted.size() > MOST_LISTED ? shown + ", …" : shown;
    }

    static Optional<String> guess(String name, Collection<String> known) {
        if (name.length() > LONGEST) {
            return Optional.empty();
        }
        String best = null;
        int least = Math.max(1, name.length() / 3) + 1;
        for (String candidate : known.stream().sorted().toList()) {
            int distance = distance(name.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
            if (distance < least) {
                least = distance;
                best = candidate;
            }
        }
        return Optional.ofNullable(best);
    }

    // Optimal string alignment: a swap of neighbours, the commonest slip, counts as one.
    private static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                cost[i][j] = Math.min(cost[i - 1][j - 1] + same, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[a.length()][b.length()];
    }
}
