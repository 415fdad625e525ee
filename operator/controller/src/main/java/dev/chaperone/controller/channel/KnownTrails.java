package dev.chaperone.controller.channel;

import dev.chaperone.controller.evidence.KnownTrail;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.fleet.ConfigDirectory;
import dev.chaperone.controller.fleet.ConfigDirectory.PodFacts;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What this replica acknowledged itself, of the last boots of each pod that is there. */
final class KnownTrails {
    /** A container that dies more often has older trails forgotten. */
    private static final int BOOTS = 8;

    private final ConfigDirectory directory;
    private final Map<String, PodTrails> byPod = new ConcurrentHashMap<>();

    KnownTrails(ConfigDirectory directory) {
        this.directory = directory;
    }

    @Nullable
    KnownTrail find(PodFacts pod, String boot) {
        PodTrails trails = byPod.get(pod.uid());
        return trails == null ? null : trails.find(boot);
    }

    void remember(PodFacts pod, KnownTrail trail) {
        byPod.computeIfAbsent(pod.uid(), uid -> new PodTrails(pod.agent())).remember(trail);
        // It may have gone meanwhile, and nobody would tell again.
        forgetIfGone(pod.uid());
    }

    /** Forgets those pods of the agents that are gone. */
    void changed(Set<AgentId> agents) {
        byPod.forEach((uid, trails) -> {
            if (agents.contains(trails.agent)) {
                forgetIfGone(uid);
            }
        });
    }

    private void forgetIfGone(String uid) {
        if (directory.pod(uid).isEmpty()) {
            byPod.remove(uid);
        }
    }

    int size() {
        return byPod.size();
    }

    private static final class PodTrails {
        private final AgentId agent;
        private final Map<String, KnownTrail> byBoot = new LinkedHashMap<>(BOOTS, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, KnownTrail> eldest) {
                return size() > BOOTS;
            }
        };

        private PodTrails(AgentId agent) {
            this.agent = agent;
        }

        private synchronized @Nullable KnownTrail find(String boot) {
            return byBoot.get(boot);
        }

        private synchronized void remember(KnownTrail trail) {
            byBoot.put(trail.position().boot(), trail);
        }
    }
}
