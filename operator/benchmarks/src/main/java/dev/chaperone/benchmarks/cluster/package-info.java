/** What is measured on a cluster on which the chart is installed. */
@NullMarked
package dev.chaperone.benchmarks.cluster;

import org.jspecify.annotations.NullMarked;
