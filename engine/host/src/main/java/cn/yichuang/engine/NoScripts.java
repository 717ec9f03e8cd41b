package cn.yichuang.engine;

import javax.script.ScriptEngine;
import javax.script.ScriptEngineFactory;
import javax.script.ScriptEngineManager;
import org.camunda.bpm.engine.ProcessEngineException;
import org.camunda.bpm.engine.impl.scripting.engine.ScriptEngineResolver;

/**
 * No general script engine is on the classpath; the engine's own jars bring ones for JUEL and FEEL, and a
 * dependency may bring more one day. All stay unreachable.
 */
final class NoScripts implements ScriptEngineResolver {

  @Override
  public void addScriptEngineFactory(ScriptEngineFactory factory) {
    // Nothing may be added.
  }

  @Override
  public ScriptEngineManager getScriptEngineManager() {
    return new ScriptEngineManager();
  }

  @Override
  public ScriptEngine getScriptEngine(String language, boolean resolveFromCache) {
    throw new ProcessEngineException("Scripts are disabled on this host.");
  }
}
