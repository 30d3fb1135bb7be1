namespace EphemeralDebug.Sandbox.Programs;

/// <summary>A parsed piece of a shell script. Words are kept raw, quotes and all; they are expanded when they run.</summary>
internal abstract record ShellNode
{
    internal sealed record List(IReadOnlyList<ShellNode> Items) : ShellNode;

    internal sealed record AndOr(ShellNode Left, bool And, ShellNode Right) : ShellNode;

    internal sealed record Pipeline(IReadOnlyList<ShellNode> Stages, bool Negated) : ShellNode;

    internal sealed record Simple(IReadOnlyList<(string Name, string Value)> Assignments, IReadOnlyList<string> Words) : ShellNode;

    internal sealed record While(ShellNode Condition, ShellNode Body, bool Until) : ShellNode;

    internal sealed record For(string Variable, IReadOnlyList<string>? Words, ShellNode Body) : ShellNode;

    internal sealed record If(IReadOnlyList<(ShellNode Condition, ShellNode Body)> Branches, ShellNode? Else) : ShellNode;

    internal sealed record Case(string Word, IReadOnlyList<(IReadOnlyList<string> Patterns, ShellNode Body)> Branches) : ShellNode;

    internal sealed record Subshell(ShellNode Body) : ShellNode;

    internal sealed record Redirected(ShellNode Body, IReadOnlyList<ShellRedirect> Redirects) : ShellNode;
}

/// <summary><c>2&gt;&amp;1</c>, <c>&gt; file</c>, <c>&lt; file</c>.</summary>
internal sealed record ShellRedirect(int Descriptor, string Operator, string Target);

/// <summary>A script that is wrong, or not yet at its end.</summary>
internal sealed class ShellSyntaxException : Exception
{
    public ShellSyntaxException() { }

    public ShellSyntaxException(string message) : base(message) { }

    public ShellSyntaxException(string message, Exception innerException) : base(message, innerException) { }

    /// <summary>Whether more lines can make it right: a loop or a quote is still open.</summary>
    internal bool Incomplete { get; init; }
}
