package dev.chaperone.guardrail.proxy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.config.ServerConfig;
import dev.chaperone.guardrail.mcp.ToolListener;

/** Tells {@link Sightings} what an answer shows the agent of a server's tools. */
final class AgentsLists implements ToolListener {
    private final Sightings sightings;
    private final ServerConfig server;
    private final boolean proves;
    private final long asked;

    /** @param proves whether the agent asked for the list */
    AgentsLists(Sightings sightings, ServerConfig server, boolean proves) {
        this.sightings = sightings;
        this.server = server;
        this.proves = proves;
        this.asked = sightings.now();
    }

    @Override
    public void lists(ObjectNode message) {
        sightings.shownToAgent(server, message, asked, proves);
    }

    @Override
    public void changed() {
        sightings.doubted(server);
    }
}
