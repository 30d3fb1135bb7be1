using System.Management.Automation;

namespace EphemeralDebug.Module.Tests.Harness;

/// <summary>Everything that a pipeline gave, stream by stream.</summary>
public sealed record RunResult
{
    /// <summary>The objects that came out.</summary>
    public required IReadOnlyList<PSObject> Output { get; init; }

    /// <summary>The errors, in order; one that ended the pipeline is the last.</summary>
    public required IReadOnlyList<ErrorRecord> Errors { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    public required IReadOnlyList<string> Verbose { get; init; }

    public required IReadOnlyList<string> Debug { get; init; }

    public required IReadOnlyList<ProgressRecord> Progress { get; init; }

    public required IReadOnlyList<InformationRecord> Information { get; init; }

    /// <summary>What the host showed meanwhile: warnings, -WhatIf, verbose lines; with \n line ends.</summary>
    public required string Text { get; init; }

    /// <summary>Completed, Failed (an error ended it) or Stopped.</summary>
    public required PSInvocationState State { get; init; }

    /// <summary>The ids of the errors without the class that wrote them: <c>PodNotFound</c>.</summary>
    public IEnumerable<string> ErrorIds => Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]);

    /// <summary>The objects as what they are underneath, all of one type.</summary>
    public IReadOnlyList<T> As<T>() => [.. Output.Select(item => (T)item.BaseObject)];

    /// <summary>A property of every object, as text.</summary>
    public IEnumerable<string?> Values(string property) => Output.Select(item => item.Properties[property]?.Value?.ToString());

    internal static RunResult Of(PowerShell shell, IEnumerable<PSObject> output, ErrorRecord? failure, string text)
    {
        PSDataStreams streams = shell.Streams;
        ErrorRecord[] errors = [.. streams.Error];
        // -ErrorAction Stop writes the record and throws it too.
        if (failure is not null && !errors.Any(error => ReferenceEquals(error.Exception, failure.Exception) && error.FullyQualifiedErrorId == failure.FullyQualifiedErrorId))
            errors = [.. errors, failure];
        return new RunResult
        {
            Output = [.. output],
            Errors = errors,
            Warnings = [.. streams.Warning.Select(record => record.Message)],
            Verbose = [.. streams.Verbose.Select(record => record.Message)],
            Debug = [.. streams.Debug.Select(record => record.Message)],
            Progress = [.. streams.Progress],
            Information = [.. streams.Information],
            Text = text,
            State = shell.InvocationStateInfo.State,
        };
    }
}
