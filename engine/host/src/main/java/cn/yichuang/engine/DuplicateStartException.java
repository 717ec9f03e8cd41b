package cn.yichuang.engine;

/**
 * A second start of the same business key. Not a ProcessEngineException on purpose: the engine wraps those on their
 * way out, while this one reaches {@link BulkDoor} as it is and becomes a 409.
 */
final class DuplicateStartException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  DuplicateStartException(String businessKey, Throwable cause) {
    super("A process instance with business key '" + businessKey + "' has been started already.", cause);
  }
}
