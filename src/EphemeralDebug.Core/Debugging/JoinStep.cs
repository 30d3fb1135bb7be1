namespace EphemeralDebug.Core.Debugging;

/// <summary>What a look at the log has shown.</summary>
/// <param name="Show">The log is to be shown up to here, in bytes.</param>
/// <param name="Done">Whether the live streams go on from there; else the log is to be read again.</param>
/// <param name="DropOutput">So many lines of live output have been shown from the log already.</param>
/// <param name="DropError">The same for standard error.</param>
/// <param name="IsDoubtful">Whether a log that lags would look the same, so that another look is worth its time.</param>
internal readonly record struct JoinStep(int Show, bool Done, int DropOutput = 0, int DropError = 0, bool IsDoubtful = false);
