using System.Diagnostics;
using System.Runtime.InteropServices;
using Npgsql;

namespace RlsChat.Database.Commands;

// make psql AS=ana@…: a prompt whose statements run as that person.
internal static class Psql
{
    public static async Task<int> Run(Arguments arguments)
    {
        var who = arguments.Word("whom: make psql AS=ana@acme.example, or AS=anonymous");
        var command = arguments.Option("-c");
        arguments.End();
        if (Tool.Find("psql") is not { } psql)
        {
            throw new SetupException(
                "psql is not on this machine: install PostgreSQL's client (Debian: apt-get install postgresql-client; "
                    + "macOS: brew install libpq).");
        }

        await using var target = await Target.Open();
        var start = new ProcessStartInfo(psql, command is null ? [] : ["-c", command]);
        ClientConnection.Set(start, await As(target, who));
        if (command is null)
        {
            Console.WriteLine($"You are {who}. Name the columns of \"User\": nobody may read all of them. \\q ends.");
        }

        // psql handles Ctrl-C, to cancel a statement.
        using var ignore = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    // The setting is trusted because the owner's login is a member of identity_setter.
    private static async Task<NpgsqlConnectionStringBuilder> As(Target target, string who)
    {
        await using var connection = await target.Connect();
        var person = await Person.Named(connection, who);
        var settings = new NpgsqlConnectionStringBuilder(target.Owner).At(connection);
        settings.Options = $"{settings.Options} -c role={person.Role}{(person.Uid is { } uid ? $" -c auth.uid={uid}" : "")}".TrimStart();
        return settings;
    }
}
