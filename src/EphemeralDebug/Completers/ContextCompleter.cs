using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using EphemeralDebug.Core;
using EphemeralDebug.Core.Cluster;

namespace EphemeralDebug.Completers;

/// <summary>Completes the names of contexts, from the kubeconfig alone.</summary>
public sealed class ContextCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string typed = (wordToComplete ?? "").Trim('\'', '"');
        return Contexts(KubeConfigPath.Of(fakeBoundParameters?["KubeConfig"]))
            .Where(name => name.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
            .Select(name => new CompletionResult(ClusterCompleter.Quoted(name), name, CompletionResultType.ParameterValue, name));
    }

    private static IReadOnlyList<string> Contexts(string? kubeConfig)
    {
        try
        {
            return ClusterConnection.ListContexts(kubeConfig);
        }
        catch (DebugException)
        {
            return []; // Tab does not explain a broken kubeconfig; the command will
        }
    }
}
