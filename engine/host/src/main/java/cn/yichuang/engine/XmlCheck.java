package cn.yichuang.engine;

import java.io.StringReader;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * What must hold before the engine's XML parsers may run, because they act while parsing: a DOCTYPE can expand
 * or fetch, a schemaLocation can fetch, deep nesting can exhaust the stack.
 */
final class XmlCheck {

  /** Looks at each element of a file whose vocabulary is not judged elsewhere. */
  interface Reader {
    Reader NONE = new Reader() {};

    /** @return a fault, or null */
    default String element(XMLStreamReader xml) {
      return null;
    }

    /** @return a fault, or null */
    default String text(String text) {
      return null;
    }
  }

  private static final String XSI = BpmnVocabulary.XSI;
  private static final String XINCLUDE = "http://www.w3.org/2001/XInclude";
  private static final Pattern LOCAL_SCHEMA = Pattern.compile("https?://www\\.omg\\.org/\\S*|[A-Za-z0-9_.-]+\\.xsd");

  private XmlCheck() {}

  static String fault(String text, Reader reader) {
    String upper = text.toUpperCase(Locale.ROOT);
    if (upper.contains("<!DOCTYPE") || upper.contains("<!ENTITY")) {
      return "DOCTYPE and ENTITY are not allowed";
    }
    try {
      return read(XmlCheck.factory().createXMLStreamReader(new StringReader(text)), reader);
    } catch (XMLStreamException e) {
      int line = e.getLocation() == null ? -1 : e.getLocation().getLineNumber();
      return "it is not well-formed XML (line " + line + ")";
    }
  }

  private static String read(XMLStreamReader xml, Reader reader) throws XMLStreamException {
    String encoding = xml.getCharacterEncodingScheme();
    if (encoding != null && !encoding.equalsIgnoreCase("UTF-8")) {
      return "its encoding must be UTF-8";
    }
    int depth = 0;
    while (xml.hasNext()) {
      String fault = null;
      switch (xml.next()) {
        case XMLStreamConstants.DTD -> fault = "DOCTYPE and ENTITY are not allowed";
        case XMLStreamConstants.START_ELEMENT -> {
          depth++;
          fault = depth > BpmnGate.MAX_DEPTH ? "elements are nested deeper than " + BpmnGate.MAX_DEPTH : element(xml, reader);
        }
        case XMLStreamConstants.END_ELEMENT -> depth--;
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> fault = reader.text(xml.getText());
        default -> { }
      }
      if (fault != null) {
        return fault;
      }
    }
    return null;
  }

  private static String element(XMLStreamReader xml, Reader reader) {
    if (XINCLUDE.equals(xml.getNamespaceURI())) {
      return "XInclude is not allowed";
    }
    for (int i = 0; i < xml.getAttributeCount(); i++) {
      String name = xml.getAttributeLocalName(i);
      if (XSI.equals(xml.getAttributeNamespace(i)) && name.toLowerCase(Locale.ROOT).endsWith("schemalocation")
          && !isLocal(xml.getAttributeValue(i))) {
        return "xsi:" + name + " may only name schemas of www.omg.org or local files";
      }
    }
    return reader.element(xml);
  }

  private static boolean isLocal(String schemaLocation) {
    for (String part : schemaLocation.strip().split("\\s+")) {
      if (!LOCAL_SCHEMA.matcher(part).matches()) {
        return false;
      }
    }
    return true;
  }

  private static XMLInputFactory factory() {
    // The JDK's own implementation, whatever else a dependency may bring.
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_COALESCING, true);
    factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
    return factory;
  }
}
