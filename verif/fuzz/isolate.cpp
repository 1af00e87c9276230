// SPDX-License-Identifier: Apache-2.0
#include "verif/fuzz/isolate.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <system_error>
#include <vector>

namespace peforge::fuzz {
namespace {

constexpr int kThrew = 101;
constexpr useconds_t kGathering = 10000;  // microseconds

struct Running {
    Ended end;
    pid_t pid = 0;
    int fd = -1;
};

[[noreturn]] void be_child(const Work& work, int fd) {
    Child child(fd);
    try {
        work.run(child);
    } catch (const std::exception& e) {
        child.say(std::string("uncaught exception: ") + e.what() + "\n");
        _exit(kThrew);
    } catch (...) {
        child.say("uncaught exception of unknown type\n");
        _exit(kThrew);
    }
    _exit(0);
}

Running start(const Work& work) {
    std::array<int, 2> fds{};
    if (pipe2(fds.data(), O_CLOEXEC) != 0) {
        throw std::system_error(errno, std::generic_category(), "pipe");
    }
    std::fflush(nullptr);
    const pid_t pid = fork();
    if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (pid == 0) {
        close(fds[0]);
        be_child(work, fds[1]);
    }
    close(fds[1]);
    Running running;
    running.end.id = work.id;
    running.pid = pid;
    running.fd = fds[0];
    return running;
}

/// Reads what is there; false at the end.
bool receive(Running& running) {
    std::array<char, 65536> buffer{};
    const ssize_t n = read(running.fd, buffer.data(), buffer.size());
    if (n > 0) running.end.said.append(buffer.data(), static_cast<std::size_t>(n));
    return n > 0 || (n < 0 && errno == EINTR);
}

void finish(Running& running) {
    close(running.fd);
    int status = 0;
    while (waitpid(running.pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status)) {
        running.end.signal = WTERMSIG(status);
    } else {
        running.end.status = WEXITSTATUS(status);
    }
}

}  // namespace

void Child::say(std::string_view text) const {
    while (!text.empty()) {
        const ssize_t n = write(fd_, text.data(), text.size());
        if (n < 0 && errno != EINTR) _exit(kThrew);
        if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
    }
}

void Child::limit_cpu(double seconds) const {
    itimerval timer{};
    timer.it_value.tv_sec = static_cast<time_t>(seconds);
    timer.it_value.tv_usec =
        static_cast<suseconds_t>((seconds - static_cast<double>(timer.it_value.tv_sec)) * 1e6);
    setitimer(ITIMER_PROF, &timer, nullptr);
}

std::string Ended::problem() const {
    if (signal == SIGPROF) return "hang: the CPU time allowed is used up";
    if (signal != 0) return fmt::format("crash: signal {}", signal);
    return status == 0 ? "" : fmt::format("crash: exit status {}", status);
}

void run_isolated(std::size_t jobs, const std::function<std::optional<Work>()>& next,
                  const std::function<void(const Ended&)>& done) {
    std::vector<Running> running;
    for (;;) {
        while (running.size() < jobs) {
            const std::optional<Work> work = next();
            if (!work) break;
            running.push_back(start(*work));
        }
        if (running.empty()) return;
        std::vector<pollfd> fds;
        for (const Running& r : running) fds.push_back({r.fd, POLLIN, 0});
        poll(fds.data(), fds.size(), -1);
        // Children speak often and little: waking for each word would cost more than their work.
        usleep(kGathering);
        for (std::size_t i = running.size(); i-- > 0;) {
            if (fds[i].revents == 0 || receive(running[i])) continue;
            finish(running[i]);
            const Ended end = running[i].end;
            running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
            done(end);
        }
    }
}

}  // namespace peforge::fuzz
