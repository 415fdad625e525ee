package dev.chaperone.guardrail.mcp;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Hears what a tool server says of its tools, before anything of it is cut. */
public interface ToolListener {
    /** Hears nothing. */
    ToolListener NONE = new ToolListener() {
        @Override
        public void lists(ObjectNode message) {}

        @Override
        public void changed() {}
    };

    /**
     * The server lists tools.
     *
     * @param message the whole message, an array in {@code result.tools}; it changes once this returns
     */
    void lists(ObjectNode message);

    /** The server says that its list of tools is another one now. */
    void changed();
}
