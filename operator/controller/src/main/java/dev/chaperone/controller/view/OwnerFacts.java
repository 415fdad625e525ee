package dev.chaperone.controller.view;

/** The one that controls an object, as its ownerReferences say. */
public record OwnerFacts(String apiVersion, String kind, String name, String uid) {}
