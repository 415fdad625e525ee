package dev.chaperone.cli.audit;

import java.util.List;

/**
 * What came out.
 *
 * @param findings in the order in which files were read, the first {@link #LISTED}
 * @param more how many findings there are besides
 * @param boots in the order in which they came
 * @param torn lines that were cut short, as a process leaves them that is killed while it writes, the first
 *     {@link #LISTED}
 * @param empty files without a record
 * @param records how many lines are records
 * @param others how many lines are none and do not pretend to be any
 * @param repeated how many records came again unchanged where that is accepted
 */
public record AuditReport(
        List<Finding> findings,
        long more,
        List<BootSummary> boots,
        List<Place> torn,
        List<String> empty,
        long records,
        long others,
        long repeated) {
    /** How many of a kind are listed. */
    public static final int LISTED = 1000;

    public boolean fine() {
        return findings.isEmpty();
    }
}
