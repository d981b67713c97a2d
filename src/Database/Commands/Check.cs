using System.Text.Encodings.Web;
using System.Text.Json;

namespace RlsChat.Database.Commands;

// make db-check [FORMAT=json|sarif]
internal static class Check
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    public static async Task<int> Run(Arguments arguments)
    {
        var format = arguments.Option("--format");
        arguments.End();
        if (format is not (null or "json" or "sarif"))
        {
            throw new SetupException("FORMAT is json or sarif.");
        }

        await using var target = await Target.Open();
        var findings = await Checks.Run(target.Owner);
        var wrong = findings.Count(finding => !finding.IsNote);
        Console.WriteLine(format switch
        {
            "json" => JsonSerializer.Serialize(findings, Json),
            "sarif" => Sarif.Of(findings, Script.Embedded).ToJsonString(Json),
            _ => string.Join(Environment.NewLine,
            [
                .. findings,
                wrong == 0 ? $"All is well: {target.Name}." : $"{wrong} {(wrong == 1 ? "finding" : "findings")}: {target.Name}.",
            ]),
        });
        return wrong == 0 ? 0 : 1;
    }
}
