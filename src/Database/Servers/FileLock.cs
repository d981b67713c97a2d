namespace RlsChat.Database;

// A lock between processes that the kernel releases when its holder ends.
internal sealed class FileLock : IDisposable
{
    private readonly FileStream stream;

    private FileLock(FileStream stream) => this.stream = stream;

    /// <summary>Exclusive, or null while another process holds the lock.</summary>
    public static FileLock? TryAlone(string file) => Try(file, FileAccess.ReadWrite, FileShare.None);

    /// <summary>Shared, or null while another process holds it exclusively.</summary>
    public static FileLock? TryShared(string file)
    {
        if (!File.Exists(file))
        {
            File.WriteAllText(file, "");
        }

        return Try(file, FileAccess.Read, FileShare.Read);
    }

    /// <summary>Exclusive; waits.</summary>
    public static async Task<FileLock> Alone(string file)
    {
        for (var until = DateTime.UtcNow.AddMinutes(2); DateTime.UtcNow < until; await Task.Delay(50))
        {
            if (TryAlone(file) is { } held)
            {
                return held;
            }
        }

        throw new SetupException($"Another process has held {file} for two minutes: it is starting or stopping the server.");
    }

    public void Dispose() => stream.Dispose();

    private static FileLock? Try(string file, FileAccess access, FileShare share)
    {
        try
        {
            return new FileLock(new FileStream(file, FileMode.OpenOrCreate, access, share));
        }
        catch (IOException) when (File.Exists(file))
        {
            return null;
        }
    }
}
