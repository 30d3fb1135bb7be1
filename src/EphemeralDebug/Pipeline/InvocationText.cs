using System.Management.Automation;
using System.Management.Automation.Language;
using EphemeralDebug.Core;

namespace EphemeralDebug.Pipeline;

/// <summary>What a user typed, for the one question that the binder does not answer: was a parameter named, or bound by position?</summary>
internal static class InvocationText
{
    /// <summary>
    /// The words that were bound to the position of -Pod although the pods come through the pipeline or from another parameter: they
    /// belong to the next position.
    /// </summary>
    /// <exception cref="DebugException">-Pod was named: then pods were given twice.</exception>
    internal static string[] WordsBehindPods(InvocationInfo invocation, PodReference[] bound) =>
        Names(invocation, "Pod") ? throw Failure.PodGivenTwice() : [.. bound.Select(word => word.Text)];

    /// <summary>The same for nodes and the position of -Node.</summary>
    /// <exception cref="DebugException">-Node was named: then nodes were given twice.</exception>
    internal static string[] WordsBehindNodes(InvocationInfo invocation, NodeReference[] bound) =>
        Names(invocation, "Node") || Names(invocation, "Name") || Names(invocation, "NodeName") ? throw Failure.NodeGivenTwice() : [.. bound.Select(word => word.Text)];

    /// <summary>Whether the command line of <paramref name="invocation"/> names the parameter (in full, or by a prefix of it).</summary>
    private static bool Names(InvocationInfo invocation, string parameter)
    {
        Ast line = Parser.ParseInput(invocation.Line, out _, out _);
        return line.FindAll(ast => ast is CommandAst command && IsThis(command, invocation), searchNestedScriptBlocks: true)
            .Cast<CommandAst>()
            .SelectMany(command => command.CommandElements.OfType<CommandParameterAst>())
            .Any(named => named.ParameterName.Length > 0 && parameter.StartsWith(named.ParameterName, StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsThis(CommandAst command, InvocationInfo invocation) =>
        string.Equals(command.GetCommandName(), invocation.InvocationName, StringComparison.OrdinalIgnoreCase);
}
