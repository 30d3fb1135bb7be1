using System.Management.Automation;
using System.Text;
using System.Text.RegularExpressions;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Sandbox.Programs;
using EphemeralDebug.Tour.Hosting;

namespace EphemeralDebug.Module.Tests.Harness;

/// <summary>
/// An image with PowerShell for the sandbox: <c>pwsh -EncodedCommand</c> in the engine of the tests, which writes as pwsh does with
/// <c>-OutputFormat XML</c> (WrappedSerializer of its console host): output on standard output, all other streams on standard error.
/// </summary>
internal static partial class SimulatedPwsh
{
    private const string Name = "pwsh";

    /// <summary>The sandbox's images, and this one.</summary>
    internal static ImageCatalogue Images { get; } = new([.. ImageCatalogue.Default.All, new ContainerImage
    {
        Repository = "mcr.microsoft.com/powershell", Arguments = [Name], Programs = new HashSet<string>([.. ProgramTable.BusyBox, Name], StringComparer.Ordinal),
    }]);

    /// <summary>Lets the sandbox know the program.</summary>
    internal static void Bring() => ProgramTable.Bring(Name, new EphemeralDebug.Sandbox.Programs.Program(RunAsync));

    private static async Task<int> RunAsync(ProcessContext process)
    {
        List<string> words = [.. process.Arguments];
        string script = Encoding.Unicode.GetString(Convert.FromBase64String(words[words.IndexOf("-EncodedCommand") + 1]));
        using EngineSession session = EngineSession.Open(new TextHost(Name, TestHostUI.Create()), manifest: null);
        using PowerShell shell = PowerShell.Create(session.Runspace);
        shell.AddScript(script);
        Document output = new(), others = new();
        int exitCode = 0;
        try
        {
            foreach (PSObject item in shell.Invoke()) output.Add("Output", item);
        }
        catch (RuntimeException e)
        {
            others.Add("Error", e.ErrorRecord);
            exitCode = 1;
        }

        foreach (ErrorRecord error in shell.Streams.Error) others.Add("Error", error);
        foreach (WarningRecord warning in shell.Streams.Warning) others.Add("warning", warning.Message);
        foreach (VerboseRecord line in shell.Streams.Verbose) others.Add("verbose", line.Message);
        await process.Out.WriteAsync(output.ToString(), process.Killed);
        await process.Err.WriteAsync(others.ToString(), process.Killed);
        return exitCode;
    }

    // One document with the objects of one after the other, each with its stream; references count on.
    private sealed partial class Document
    {
        private readonly StringBuilder _elements = new();
        private int _number;

        internal void Add(string stream, object item)
        {
            string one = PSSerializer.Serialize(item, depth: 2);
            string element = one[(one.IndexOf('>', StringComparison.Ordinal) + 1)..one.LastIndexOf('<')].Trim();
            element = RefId().Replace(element, found => $"RefId=\"{int.Parse(found.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) + (1000 * _number)}\"");
            _elements.Append(FirstTag().Replace(element, $"$0 S=\"{stream}\"", 1));
            _number++;
        }

        public override string ToString() => _number == 0 ? "" : $"#< CLIXML\n<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">{_elements}</Objs>";

        [GeneratedRegex("RefId=\"(\\d+)\"")]
        private static partial Regex RefId();

        [GeneratedRegex("^<\\w+")]
        private static partial Regex FirstTag();
    }
}
