/**
 * The operator's loop: what the cluster holds becomes a config for each agent, and a status for everything. Here its
 * parts are joined.
 */
@NullMarked
package dev.chaperone.controller;

import org.jspecify.annotations.NullMarked;
