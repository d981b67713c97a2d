using System.Globalization;

namespace RlsChat.Database;

// A server with its files that can be started and stopped.
internal abstract class Cluster
{
    /// <summary>The kind of server, for messages.</summary>
    public abstract string Description { get; }

    /// <summary>True when its files are outside the server's folder, and may outlive it.</summary>
    public abstract bool IsElsewhere { get; }

    /// <summary>True once the cluster's files exist.</summary>
    public abstract Task<bool> Exists();

    /// <summary>Creates the cluster, with this password for postgres.</summary>
    public abstract Task Create(string superuserPassword);

    /// <summary>The loopback port of the running server, or null.</summary>
    public abstract Task<int?> RunningPort();

    /// <summary>Starts the server on a loopback port.</summary>
    public abstract Task Start(int port);

    /// <summary>Stops it and ends sessions.</summary>
    public abstract Task Stop();

    /// <summary>Removes the files of a stopped server.</summary>
    public abstract Task Remove();

    protected static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
