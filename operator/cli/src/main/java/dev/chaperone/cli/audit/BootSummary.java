package dev.chaperone.cli.audit;

import org.jspecify.annotations.Nullable;

/**
 * One boot's trail in short.
 *
 * @param boot the process that wrote it
 * @param agent whom it speaks of; null when it does not say it
 * @param span from its first number to its last
 * @param lines how many records there are, without those that came again
 * @param from what the first one says of its time
 * @param to what the last one says of its time
 * @param head the digest of the last one
 * @param allowed how many calls were allowed
 * @param withoutOutcome of how many of these the trail does not say what came of them
 * @param lost how many records the guardrail could not keep, as the trail says itself
 * @param fine whether nothing was found about it
 */
public record BootSummary(String boot, @Nullable String agent, Span span, long lines, @Nullable String from,
        @Nullable String to, String head, long allowed, long withoutOutcome, long lost, boolean fine) {}
