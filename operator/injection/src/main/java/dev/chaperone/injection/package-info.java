/** Which workload a pod belongs to, and what a guarded pod looks like. */
package dev.chaperone.injection;
