using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using EphemeralDebug.Core.Artifacts;

namespace EphemeralDebug.Completers;

/// <summary>Completes the names of the debugging tools whose marks are known; asks nobody.</summary>
public sealed class DebugToolCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string typed = (wordToComplete ?? "").Trim('\'', '"');
        return FindArtifacts.KnownTools
            .Where(tool => tool.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
            .Select(tool => new CompletionResult(tool, tool, CompletionResultType.ParameterValue, tool));
    }
}
