using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using RlsChat.Api.Data;
using RlsChat.Api.Http;
using RlsChat.Api.OpenApi;
using RlsChat.Database.Explaining;
using Caller = RlsChat.Database.Explaining.Caller;

namespace RlsChat.Api.Endpoints;

/// <summary>
/// For operators: why somebody can or cannot do something to a row, who can, and how many rows a person reaches, as make why,
/// make who and make reach say, without a value of a row. Each question is in the audit.
/// </summary>
internal static class Access
{
    private const string Anonymous = "anonymous";

    /// <summary>Half the standard time-out of a request.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(15);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var monitor = routes.MapGroup("/monitor");
        monitor.Raises("forbidden", "not_configured", "explaining", "unknown_question", "unavailable", "timeout");
        monitor.MapPost("/explain", Explain).WithName("monitor.explain")
            .WithSummary("Explains why a person can or cannot do something to a row.");
        monitor.MapPost("/who", Who).WithName("monitor.who")
            .WithSummary("Lists everyone who can read, change or delete a row.");
        monitor.MapGet("/people/{id}/reach", CountReach).WithName("monitor.reach")
            .WithSummary("Counts the rows of each table that a person can read, change and delete.");
        routes.MapGet("/monitor/denials", ListDenials).WithName("monitor.denials").Raises("forbidden")
            .WithSummary("Lists the newest requests that this process refused.");
    }

    /// <summary>What a person wants to do to a row.</summary>
    /// <param name="Person">An e-mail address, an id, or <c>anonymous</c>.</param>
    /// <param name="Token">In place of the person, an access token of theirs.</param>
    /// <param name="TraceId">In place of the person, the table, the key and the command, the trace id of a refused request.</param>
    /// <param name="Table">A table of schema public.</param>
    /// <param name="Key">The values of the primary key in its order, separated by commas.</param>
    /// <param name="Command">The command; without it, each is explained.</param>
    /// <param name="Change">The columns that are inserted or updated. Without it, an insert takes the row's values under a new key, and an update writes the row's own values.</param>
    /// <param name="Returning">The columns that are read, or returned by RETURNING.</param>
    [SomeOf]
    internal sealed record AccessQuestion(
        [Text(1, 254)] string? Person, [Text(1, 4096)] string? Token, [Text(32, 32)] string? TraceId, [Text(1, 50)] string? Table, [Text(1, 500)] string? Key,
        [Words("select", "insert", "update", "delete")] string? Command,
        [property: JsonConverter(typeof(RawJson))][ReadableJson] string? Change, string[]? Returning) : IInput;

    /// <summary>A row.</summary>
    /// <param name="Table">A table of schema public.</param>
    /// <param name="Key">The values of the primary key in its order, separated by commas.</param>
    internal sealed record RowQuestion([Required, Text(1, 50)] string? Table, [Required, Text(1, 500)] string? Key) : IInput;

    /// <summary>An explanation of one command. It holds no value of the row.</summary>
    /// <param name="Summary">The command, what becomes of it, and what refuses or admits it.</param>
    /// <param name="Command">The command.</param>
    /// <param name="Verdict"><c>yes</c>, <c>hidden</c> (no effect and no error), <c>denied</c> (error 42501), <c>failed</c> (another error) or <c>absent</c> (there is no such row).</param>
    /// <param name="SqlState">The code of the error, or null.</param>
    /// <param name="Refusal">What refuses first, or null.</param>
    /// <param name="Admits">What admits it, or an empty text.</param>
    /// <param name="IsConsistent">Whether grants and policies, evaluated one by one, predict the verdict.</param>
    /// <param name="Facts">Who the database takes the person for, and whether policies apply.</param>
    /// <param name="Steps">What is decided, in PostgreSQL's order.</param>
    /// <param name="Warnings">What was left out, and what a rollback does not undo.</param>
    /// <param name="Delivery">Of a select: whether live delivery sends the person the events of the row; else null.</param>
    internal sealed record AccessExplanation(
        string Summary, string Command, string Verdict, string? SqlState, AccessRefusal? Refusal, string Admits, bool IsConsistent,
        IReadOnlyList<string> Facts, IReadOnlyList<AccessNode> Steps, IReadOnlyList<string> Warnings, AccessNode? Delivery)
    {
        public static AccessExplanation Of(Explanation told, Node? delivery) => new(
            Report.Line(told), Word(told.Question.Command), Word(told.Verdict), told.Code,
            told.Refusal is { } refusal ? new AccessRefusal(Word(refusal.Kind), refusal.Name, refusal.Because) : null,
            told.Admits, told.IsConsistent, told.Facts, [.. told.Steps.Select(AccessNode.Of)], told.Warnings,
            delivery is null ? null : AccessNode.Of(delivery));
    }

    /// <summary>What refuses a command.</summary>
    /// <param name="Kind"><c>absent</c>, <c>session</c>, <c>grant</c>, <c>noPolicy</c>, <c>policy</c>, <c>restrictive</c>, <c>policyError</c>, <c>constraint</c>, <c>trigger</c> or <c>error</c>.</param>
    /// <param name="Name">Its description, with its name in the catalogue.</param>
    /// <param name="Because">Why, or null.</param>
    internal sealed record AccessRefusal(string Kind, string Name, string? Because);

    /// <summary>A part of an explanation.</summary>
    /// <param name="Kind"><c>condition</c>, <c>grant</c>, <c>policies</c>, <c>permissive</c>, <c>restrictive</c>, <c>policy</c>, <c>rows</c>, <c>row</c>, <c>effect</c> (a constraint or trigger) or <c>delivery</c>.</param>
    /// <param name="Text">The expression, or a description.</param>
    /// <param name="Truth"><c>true</c>, <c>false</c>, <c>null</c> or <c>error</c>.</param>
    /// <param name="Note">Of a policy, its comment; of delivery, what refuses or which subscription receives it; else why, where the parts do not say it; or null.</param>
    /// <param name="SqlState">The code of an error, or null.</param>
    /// <param name="IsAny">Whether one true part is enough.</param>
    /// <param name="Parts">What it consists of.</param>
    internal sealed record AccessNode(
        string Kind, string Text, string Truth, string? Note, string? SqlState, bool IsAny, IReadOnlyList<AccessNode> Parts)
    {
        public static AccessNode Of(Node node) => new(
            Word(node.Kind), node.Text, Word(node.Truth), node.Note, node.Code, node.IsAny, [.. node.Parts.Select(Of)]);
    }

    /// <summary>Who can do something to a row.</summary>
    /// <param name="People">Those of the people asked who can read, change or delete it.</param>
    /// <param name="Asked">How many people were asked, in the order of their addresses: no further one after 15 seconds.</param>
    /// <param name="All">How many people there are, anonymous callers counted as one.</param>
    internal sealed record AccessAudience(IReadOnlyList<AdmittedPerson> People, int Asked, int All);

    /// <summary>A person who can do something to a row.</summary>
    /// <param name="Id">Their id; null for anonymous callers.</param>
    /// <param name="Select">The policies that let them read it, or null if they cannot.</param>
    /// <param name="Update">The policies that let them change it, or null.</param>
    /// <param name="Delete">The policies that let them delete it, or null.</param>
    internal sealed record AdmittedPerson(Guid? Id, string? Select, string? Update, string? Delete);

    /// <summary>How many rows of a table a person can read, and how many the policies let them change and delete.</summary>
    /// <param name="Table">A table of schema public.</param>
    /// <param name="Select">Rows to read.</param>
    /// <param name="Update">Rows to change; checks of new values, constraints and triggers are not asked.</param>
    /// <param name="Delete">Rows to delete; constraints and triggers are not asked.</param>
    internal sealed record TableReach(string Table, RowCount Select, RowCount Update, RowCount Delete)
    {
        public static TableReach Of(Reach reach) =>
            new(reach.Table, RowCount.Of(reach.Select), RowCount.Of(reach.Update), RowCount.Of(reach.Delete));
    }

    /// <summary>A number of rows.</summary>
    /// <param name="Rows">How many, at most 10,000; 0 if they were not counted.</param>
    /// <param name="IsMore">Whether there are more.</param>
    /// <param name="SqlState">Why they were not counted: 42501 without a grant, 57014 after a second, or when the 15 seconds for all tables are over; or another error; else null.</param>
    internal sealed record RowCount(int Rows, bool IsMore, string? SqlState)
    {
        public static RowCount Of(Count count) => new(count.Rows, count.IsMore, count.Code);
    }

    private static async Task<Ok<Monitor.Listing<AccessExplanation>>> Explain(
        AccessQuestion asked, MonitorDb db, Explanations explanations, Denials denials, CancellationToken stop)
    {
        var refused = asked.TraceId is { } trace ? denials.Find(trace) : null;
        var wanted = refused is null ? asked : asked with
        {
            Person = refused.CallerId?.ToString() ?? Anonymous,
            Table = refused.Table,
            Key = refused.Key,
            Command = refused.Command,
        };
        var whom = wanted.Token is { } shown ? Caller.Claimed(shown)?.ToString() : wanted.Person;
        var about = new AuditedQuestion("access_explained", whom, wanted.Table ?? "", wanted.Key);
        return TypedResults.Ok(new Monitor.Listing<AccessExplanation>(await explanations.Ask(db, about, async (connection, person) =>
        {
            if (asked.TraceId is not null && refused?.Table is null)
            {
                throw new InvalidInputException("traceId", refused is null
                    ? "belongs to none of the newest 1,000 requests that this process refused"
                    : "belongs to a request whose path names no row; ask with person, table and key");
            }

            var caller = wanted.Token is { } token ? await Caller.OfToken(connection, token)
                : person is { } id ? Caller.Of("the person", id)
                : wanted.Person is Anonymous ? Caller.Anonymous
                : throw new InvalidInputException("person", "is nobody's address or id");
            var table = wanted.Table ?? throw new InvalidInputException("table", "is needed");
            var key = wanted.Key is null ? new Dictionary<string, string?>() : await Key(connection, table, wanted.Key);
            var told = new List<AccessExplanation>();
            foreach (var command in wanted.Command is { } only ? [Enum.Parse<Command>(only, ignoreCase: true)] : Enum.GetValues<Command>())
            {
                var question = new Question(table, command, key, wanted.Change, wanted.Returning);
                told.Add(AccessExplanation.Of(
                    await Explainer.Explain(connection, caller, question, stop),
                    command == Command.Select ? await Explainer.ExplainDelivery(connection, caller, question, stop) : null));
            }

            return told;
        }, stop)));
    }

    private static async Task<Ok<AccessAudience>> Who(RowQuestion wanted, MonitorDb db, Explanations explanations, CancellationToken stop)
    {
        var about = new AuditedQuestion("audience_listed", null, wanted.Table!, wanted.Key);
        var found = await explanations.Ask(db, about, async (connection, _) => await Audience.Of(
            connection, wanted.Table!, await Key(connection, wanted.Table!, wanted.Key!), Most, stop), stop);
        return TypedResults.Ok(new AccessAudience(
            [.. found.People.Select(person => new AdmittedPerson(person.Id, By(person, Command.Select), By(person, Command.Update), By(person, Command.Delete)))],
            found.Asked, found.All));
    }

    private static async Task<Results<Ok<Monitor.Listing<TableReach>>, NotFound>> CountReach(
        [Description("The person's id.")] Id id, MonitorDb db, Explanations explanations, CancellationToken stop)
    {
        var about = new AuditedQuestion("reach_counted", $"{id.Value}", "User", $"{id.Value}");
        var found = await explanations.Ask(db, about, async (connection, person) =>
            person is { } known ? await Reach.Of(connection, Caller.Of("the person", known), Most, stop) : null, stop);
        return found is null ? TypedResults.NotFound() : TypedResults.Ok(new Monitor.Listing<TableReach>([.. found.Select(TableReach.Of)]));
    }

    /// <summary>From this process; the database only checks the permission.</summary>
    private static async Task<Ok<Monitor.Listing<Denial>>> ListDenials(MonitorDb db, Denials denials)
    {
        await db.Query<int>("select 1");
        return TypedResults.Ok(new Monitor.Listing<Denial>([.. denials.Newest]));
    }

    // Of the primary key alone: with other columns, an operator could try out their values.
    private static Task<IReadOnlyDictionary<string, string?>> Key(NpgsqlConnection connection, string table, string key) =>
        key.TrimStart().StartsWith('{') ? throw new InvalidInputException("key", "must be values of the primary key") : Explainer.Key(connection, table, key);

    private static string? By(Admitted person, Command command) => person.Admits.GetValueOrDefault(command);

    private static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
