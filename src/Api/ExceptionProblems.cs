using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Npgsql;
using RlsChat.Api.Data;
using RlsChat.Api.Http;

namespace RlsChat.Api;

/// <summary>Turns exceptions into problems. Only unexpected ones are logged as errors.</summary>
internal sealed partial class ExceptionProblems(ILogger<ExceptionProblems> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken stop)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var problem = exception switch
        {
            ProblemException known => known.Problem,
            // Only malformed JSON has an inner JsonException; a value of the wrong form has none.
            BadHttpRequestException { InnerException: JsonException { InnerException: JsonException } } =>
                Problems.Invalid("body", "is not JSON"),
            BadHttpRequestException { InnerException: JsonException json } =>
                Problems.Invalid(Field(json), "is unknown here or has the wrong form"),
            BadHttpRequestException { StatusCode: 400 } => Problems.Invalid("body", "must be a JSON object"),
            BadHttpRequestException bad => Problems.Of(bad.StatusCode),
            _ => DatabaseErrors.Problem(exception,
                deleting: HttpMethods.IsDelete(context.Request.Method),
                signedIn: context.User.Identity?.IsAuthenticated == true),
        };
        context.Items[nameof(Denial.SqlState)] = (exception as PostgresException)?.SqlState;
        if (problem is null)
        {
            LogUnexpected(exception);
        }

        await Problems.Write(context, problem ?? Problems.Internal);
        return true;
    }

    /// <summary>The place in the body: "$.title" is the field title, "$" the body itself.</summary>
    private static string Field(JsonException json) =>
        json.Path is ['$', '.', .. var field] ? field : "body";

    [LoggerMessage(Level = LogLevel.Error, Message = "a request failed")]
    private partial void LogUnexpected(Exception exception);
}
