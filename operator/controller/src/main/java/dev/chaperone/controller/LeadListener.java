package dev.chaperone.controller;

/** Told when this replica begins and ends to lead. */
public interface LeadListener {
    /** This replica leads from now on. Must not block. */
    void leads();

    /** Another replica may lead from now on: this process should end. */
    void leadsNoLonger();
}
