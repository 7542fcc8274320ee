/**
 * Carries a command from request to answer: load what the decision rests on, let the domain decide,
 * commit the changes with the answer. Knows the domain and ports; adapters know it.
 */
@NullMarked
package org.accrual.core.application;

import org.jspecify.annotations.NullMarked;
