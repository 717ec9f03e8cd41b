package cn.yichuang.engine;

import org.camunda.bpm.engine.ProcessEngine;
import org.camunda.bpm.engine.impl.util.ProductPropertiesUtil;

/** Which engine this host was built with; the same source is built with Camunda and with Operaton. */
final class Product {

  private Product() {}

  /** {@code camunda} or {@code operaton}, read from the package the engine lives in. */
  static String name() {
    return ProcessEngine.class.getPackageName().split("\\.")[1];
  }

  static String version() {
    return String.valueOf(ProductPropertiesUtil.getProductVersion());
  }
}
