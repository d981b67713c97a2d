using System.Net.Sockets;
using System.Text.RegularExpressions;
using Npgsql;
using RlsChat.Api.Data;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>"Errors" of docs/api.md, row by row.</summary>
public sealed partial class ErrorTableTests
{
    // "other" is any request that deletes nothing.
    public static readonly TheoryData<string, int, int, int, string> Rows = Table("""
        sqlstate  other  deleting  anonymous  code
        42501     403    403       401        forbidden|unauthenticated
        23505     409    409       409        conflict
        23001     409    409       409        in_use
        23503     404    409       404        not_found|in_use
        23514     400    400       400        invalid_input
        23502     400    400       400        invalid_input
        23P01     400    400       400        invalid_input
        22001     400    400       400        invalid_input
        22021     400    400       400        invalid_input
        22P02     400    400       400        invalid_input
        22003     400    400       400        invalid_input
        40001     503    503       503        unavailable
        40P01     503    503       503        unavailable
        55P03     503    503       503        unavailable
        53100     503    503       503        unavailable
        53300     503    503       503        unavailable
        57P01     503    503       503        unavailable
        57P03     503    503       503        unavailable
        57014     504    504       504        timeout
        RC001     409    409       409        email_taken
        RC002     409    409       409        already_in_organization
        RC003     409    409       409        last_administrator
        RC004     410    410       410        invitation_invalid
        RC005     409    409       409        insufficient_credits
        RC006     409    409       409        manager_cycle
        RC007     400    400       400        not_a_colleague
        RC008     409    409       409        last_way_in
        RC009     409    409       409        not_in_organization
        RC010     410    410       410        token_invalid
        RC011     409    409       409        operator_conflict
        RC012     400    400       400        unknown_role
        RC013     409    409       409        account_taken
        RC014     429    429       429        quota_used_up
        RC015     412    412       412        precondition_failed
        RC016     409    409       409        stream_finished
        RC017     409    409       409        stream_abandoned
        RC018     409    409       409        stream_incomplete
        RC019     400    400       400        stream_too_long
        RC020     409    409       409        chunk_conflict
        RC999     500    500       500        -
        42601     500    500       500        -
        42P01     500    500       500        -
        42703     500    500       500        -
        25006     500    500       500        -
        P0001     500    500       500        -
        XX000     500    500       500        -
        """);

    [Theory]
    [MemberData(nameof(Rows))]
    public void Of_the_table(string sqlState, int other, int deleting, int anonymous, string codes)
    {
        var error = new PostgresException("secret message", "ERROR", "ERROR", sqlState, detail: "secret detail", constraintName: "secret_key");
        foreach (var (isDeleting, signedIn, status) in new[] { (false, true, other), (true, true, deleting), (false, false, anonymous) })
        {
            var problem = DatabaseErrors.Problem(error, isDeleting, signedIn);
            Assert.Equal(status, problem?.Status ?? 500);
            Assert.Contains(problem?.Code ?? "-", codes.Split('|'));
            Assert.Equal(status is 503 or 429, problem?.RetryAfter is > 0);
            Assert.DoesNotContain("secret", problem?.ToString() ?? "", StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_page_lists_this_systems_own_errors()
    {
        string[] raised = [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "db"), "*.sql", SearchOption.AllDirectories)
            .SelectMany(file => OwnCode().Matches(File.ReadAllText(file)).Select(match => match.Value)).Distinct().Order(StringComparer.Ordinal)];
        var lines = raised.Select(code => DatabaseErrors.Problem(new PostgresException("m", "ERROR", "ERROR", code), false, true) is { } problem
            ? $"{code}  {problem.Status}  {problem.Code,-23}  {problem.Detail}"
            : $"{code} has no problem in DatabaseErrors");
        var expected = $"```text\n{string.Join('\n', lines)}\n```";
        Assert.True(File.ReadAllText(Path.Combine(Repository.Root, "docs/api.md")).Contains(expected, StringComparison.Ordinal), $"docs/api.md lacks\n{expected}");
    }

    [Theory]
    [InlineData("23502", null, null, "title", "title")]
    [InlineData("23514", "Chat", "Chat_title_check", null, "title")]
    [InlineData("23514", "CreditEntry", "CreditEntry_amount_check", null, "amount")]
    [InlineData("23514", "User", "User_membership", null, null)]
    [InlineData("23514", "User", "User__check", null, null)]
    public void The_field_is_named_where_it_is_known(string sqlState, string? table, string? constraint, string? column, string? field)
    {
        var error = new PostgresException("m", "ERROR", "ERROR", sqlState, tableName: table, constraintName: constraint, columnName: column);
        Assert.Equal(field, DatabaseErrors.Problem(error, false, true)!.Errors?.Keys.Single());
    }

    [Fact]
    public void No_connection_is_unavailable()
    {
        foreach (var cause in new Exception[] { new SocketException(111), new IOException(), new TimeoutException() })
        {
            Assert.Equal(503, DatabaseErrors.Problem(new NpgsqlException("secret", cause), false, true)!.Status);
        }

        Assert.Null(DatabaseErrors.Problem(new InvalidOperationException("secret"), false, true));
    }

    [GeneratedRegex("RC[0-9]{3}")]
    private static partial Regex OwnCode();

    private static TheoryData<string, int, int, int, string> Table(string text)
    {
        var rows = new TheoryData<string, int, int, int, string>();
        foreach (var line in text.Split('\n').Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            rows.Add(line[0], int.Parse(line[1]), int.Parse(line[2]), int.Parse(line[3]), line[4]);
        }

        return rows;
    }
}
