package dev.chaperone.controller.plan;

import java.util.SortedMap;

/**
 * Whom one oversight policy exempts.
 *
 * @param accounts how many ServiceAccounts it names in governed namespaces
 * @param withheld how many of them are governed all the same, because there is no room for more
 * @param pods how many pods of each that has some are not governed
 */
public record ExemptPlan(int accounts, int withheld, SortedMap<AccountId, Integer> pods) {}
