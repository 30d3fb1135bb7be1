namespace EphemeralDebug.Core.Cluster;

/// <summary>A text that is neither YAML nor JSON, or more of it than is reasonable. Its message never quotes values.</summary>
internal sealed class YamlFormatException(string problem, long line, Exception? inner = null)
    : FormatException(line > 0 ? $"line {line}: {problem}" : problem, inner)
{
    /// <summary>The line of the text, counted from 1; 0 where it is not known.</summary>
    internal long Line { get; } = line;
}
