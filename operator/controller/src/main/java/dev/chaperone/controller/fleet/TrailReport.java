package dev.chaperone.controller.fleet;

import java.time.Duration;

/**
 * How it stands with a pod's audit trail.
 *
 * @param written the number of the last line that its guardrail wrote; -1 before the first one
 * @param acknowledged the number of the last line that was acknowledged; -1 before the first one
 * @param waiting how long the oldest line that was not acknowledged had been waiting when the pod was heard; zero when
 *     there is none
 * @param lost how many records the guardrail could not keep
 * @param untold how many of them its trail does not speak of yet
 * @param breaks how often the trail was found not to follow itself
 */
public record TrailReport(long written, long acknowledged, Duration waiting, long lost, long untold, long breaks) {}
