using System.Globalization;
using System.Management.Automation;
using System.Text;
using System.Xml;
using EphemeralDebug.Core;

namespace EphemeralDebug.Pipeline;

/// <summary>
/// A script block for the pwsh of a container, and what comes back. Between two PowerShells objects travel as CLIXML: with
/// <c>-OutputFormat XML</c> pwsh writes a line <c>#&lt; CLIXML</c> and one document, in which each object says which stream it is of. Standard
/// output carries the output, standard error the other streams.
/// </summary>
internal static class RemoteScript
{
    /// <summary>The image where none is named.</summary>
    internal const string Image = "mcr.microsoft.com/powershell";

    /// <summary>What the command needs that the image may lack.</summary>
    internal const string Program = "pwsh";

    private const string Mark = "#< CLIXML";

    /// <summary>The command that runs it. Arguments arrive as copies, as they do in Invoke-Command.</summary>
    internal static string[] Command(ScriptBlock script, object[] arguments)
    {
        string values = Convert.ToBase64String(Encoding.UTF8.GetBytes(PSSerializer.Serialize(arguments)));
        string text = $$"""
            $ProgressPreference = 'SilentlyContinue'
            $values = @([System.Management.Automation.PSSerializer]::Deserialize([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('{{values}}'))))
            & {
            {{script}}
            } @values
            """;
        return [Program, "-NoLogo", "-NoProfile", "-NonInteractive", "-OutputFormat", "XML", "-EncodedCommand", Convert.ToBase64String(Encoding.Unicode.GetBytes(text))];
    }

    /// <summary>The objects in what pwsh wrote, each with its stream. Lines outside of the documents are output: programs write them that the script has started.</summary>
    /// <exception cref="DebugException">It is no CLIXML.</exception>
    internal static IEnumerable<(string Stream, PSObject Value)> Read(string written)
    {
        string[] parts = written.Split(Mark);
        foreach (string line in Lines(parts[0])) yield return ("Output", line);
        foreach (string part in parts.Skip(1))
        {
            const string EndTag = "</Objs>";
            int end = part.LastIndexOf(EndTag, StringComparison.Ordinal) + EndTag.Length;
            foreach ((string, PSObject) item in Parse(part[..Math.Max(0, end)])) yield return item;
            foreach (string line in Lines(part[end..])) yield return ("Output", line);
        }
    }

    /// <summary>An error as it was there, as far as CLIXML tells it.</summary>
    internal static ErrorRecord Error(PSObject value, object target)
    {
        string message = PlainText.Clean(value.ToString(), keepLayout: true).TrimEnd();
        string id = value.Properties["FullyQualifiedErrorId"]?.Value as string ?? "RemoteError";
        ErrorCategory category = value.Properties["ErrorCategory_Category"]?.Value is int number && Enum.IsDefined((ErrorCategory)number) ? (ErrorCategory)number : ErrorCategory.NotSpecified;
        return new ErrorRecord(new RemoteException(message), id, category, target);
    }

    private static IEnumerable<(string Stream, PSObject Value)> Parse(string document)
    {
        List<string> streams = [];
        object[] values;
        try
        {
            using XmlReader reader = XmlReader.Create(new StringReader(document), new XmlReaderSettings { CheckCharacters = false, DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            reader.ReadToFollowing("Objs");
            if (!reader.IsEmptyElement) reader.Read();
            while (reader.NodeType != XmlNodeType.EndElement && !reader.EOF)
            {
                if (reader.NodeType != XmlNodeType.Element)
                {
                    reader.Read();
                    continue;
                }

                streams.Add(reader.GetAttribute("S") ?? "Output");
                reader.Skip();
            }

            values = PSSerializer.DeserializeAsList(document);
        }
        catch (Exception e) when (e is XmlException or RuntimeException or FormatException or InvalidOperationException)
        {
            throw Failure.RemoteOutputMalformed(e);
        }

        return streams.Zip(values, static (stream, value) => (CultureInfo.InvariantCulture.TextInfo.ToTitleCase(stream), PSObject.AsPSObject(value ?? "")));
    }

    private static IEnumerable<string> Lines(string text) => text.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0);
}
