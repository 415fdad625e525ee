/** The chart's alerts and dashboard, against the metrics that operator and guardrails really show. */
package dev.chaperone.it.monitoring;
