using EphemeralDebug.Tour;

return await TourProgram.RunAsync(args);
