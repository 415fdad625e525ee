package dev.chaperone.controller.evidence;

import dev.chaperone.controller.fleet.ConfigDirectory.PodFacts;

/** Is told of trails that do not follow themselves. */
@FunctionalInterface
public interface BrokenTrails {
    /** Told once the lines around it are kept; must not block. */
    void broken(PodFacts pod, Finding finding);
}
