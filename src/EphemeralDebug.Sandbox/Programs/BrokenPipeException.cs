namespace EphemeralDebug.Sandbox.Programs;

/// <summary>A process wrote to a pipe that nobody reads any more; it ends as by SIGPIPE.</summary>
internal sealed class BrokenPipeException : IOException
{
    public BrokenPipeException() : base("Broken pipe") { }

    public BrokenPipeException(string message) : base(message) { }

    public BrokenPipeException(string message, Exception innerException) : base(message, innerException) { }
}
