#include "deploy/runtime/permit_block.h"

#include <linux/magic.h>
#include <sys/file.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <span>
#include <utility>

#include "core/codes.h"

namespace hw::deploy {

namespace {

/// Our clock follows CLOCK_MONOTONIC to some microseconds: no lease may look too long to a reader.
constexpr std::int64_t kLongestNs = HW_PERMIT_LONGEST_NS - 1'000'000;

static_assert(sizeof(hw_permit_slot) == 128 && sizeof(hw_permit_block) == 128 + 64 * 128);
static_assert(HW_PERMIT_UNDERLYINGS == hedge::kMaxUnderlyings);
static_assert(sizeof(Currency) <= HW_PERMIT_NAME_BYTES);

std::string reason_of(int number, const std::string& path) { return path + ": " + std::strerror(number); }

/// A file that goes when it was not put in its place.
class OpenFile {
  public:
    explicit OpenFile(int fd) : fd_(fd) {}
    ~OpenFile() {
        if (fd_ >= 0) close(fd_);
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    int fd() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }

  private:
    int fd_;
};

hw_permit_block* map(int fd) {
    void* const at =
        mmap(nullptr, sizeof(hw_permit_block), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
    return at == MAP_FAILED ? nullptr : static_cast<hw_permit_block*>(at);
}

bool same_underlyings(const hw_permit_block& block, const hedge::EngineConfig& config) {
    if (block.count != config.underlyings.size()) return false;
    for (std::size_t n = 0; n < config.underlyings.size(); ++n) {
        if (config.underlyings[n].name != std::string_view(block.slots[n].name)) return false;
    }
    return true;
}

bool is_of_this_layout(const hw_permit_block& block) {
    return block.magic == HW_PERMIT_MAGIC && block.version == HW_PERMIT_VERSION &&
           block.slot_bytes == sizeof(hw_permit_slot) && block.count <= HW_PERMIT_UNDERLYINGS;
}

std::atomic_ref<std::uint64_t> word(std::uint64_t& w) { return std::atomic_ref<std::uint64_t>(w); }

/// No permit in any slot, whatever stood there.
void withdraw_all(hw_permit_block& block) {
    for (hw_permit_slot& slot : block.slots) {
        word(slot.given).store(0, std::memory_order_relaxed);
        std::atomic_ref<std::int64_t>(slot.lease_end_ns).store(0, std::memory_order_relaxed);
        // A writer that died in the middle left it odd.
        word(slot.sequence).store((slot.sequence + 2) & ~std::uint64_t{1}, std::memory_order_release);
    }
}

void fill(hw_permit_block& block, const hedge::EngineConfig& config) {
    block.version = HW_PERMIT_VERSION;
    block.slot_bytes = sizeof(hw_permit_slot);
    block.count = static_cast<std::uint32_t>(config.underlyings.size());
    for (std::size_t n = 0; n < config.underlyings.size(); ++n) {
        const std::string& name = config.underlyings[n].name;
        name.copy(block.slots[n].name, sizeof block.slots[n].name - 1);
    }
    word(block.magic).store(HW_PERMIT_MAGIC, std::memory_order_release);
}

/// Something else at the path is not to be written over. An empty file is none of anything.
bool is_permit_file(int fd, std::size_t bytes) {
    std::uint64_t magic = 0;
    return bytes == 0 || (pread(fd, &magic, sizeof magic, 0) == sizeof magic && magic == HW_PERMIT_MAGIC);
}

/// Goes on with the file, or marks it as retired; false: another one is needed.
bool adopt(int fd, const hedge::EngineConfig& config) {
    hw_permit_block* const block = map(fd);
    if (block == nullptr) return false;
    const bool ours = is_of_this_layout(*block);
    const bool fits = ours && block->retired == 0 && same_underlyings(*block, config);
    if (ours) withdraw_all(*block);
    if (ours && !fits) std::atomic_ref<std::uint32_t>(block->retired).store(1, std::memory_order_release);
    munmap(block, sizeof *block);
    return fits;
}

/// The file that is there, when it can be gone on with; locked. -1: another has to be made, or `error`.
int take_over(const std::string& path, const hedge::EngineConfig& config, std::string& error) {
    OpenFile file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (file.fd() < 0) {
        if (errno != ENOENT) error = reason_of(errno, path);
        return -1;
    }
    struct stat info {};
    const bool regular = fstat(file.fd(), &info) == 0 && S_ISREG(info.st_mode);
    const auto bytes = static_cast<std::size_t>(info.st_size);
    if (!regular || !is_permit_file(file.fd(), bytes)) {
        error = path + " is something else than a file of permits";
    } else if (flock(file.fd(), LOCK_EX | LOCK_NB) != 0) {
        error = "another hedger gives permits in " + path;
    } else if (bytes == sizeof(hw_permit_block) && adopt(file.fd(), config)) {
        return file.release();
    }
    return -1;
}

/// Made beside its place and moved there whole.
int make(const std::string& path, const hedge::EngineConfig& config, std::string& error) {
    std::string beside = path + ".XXXXXX";
    OpenFile file(mkostemp(beside.data(), O_CLOEXEC));
    const bool made = file.fd() >= 0 && fchmod(file.fd(), 0644) == 0 &&
                      ftruncate(file.fd(), sizeof(hw_permit_block)) == 0 &&
                      flock(file.fd(), LOCK_EX | LOCK_NB) == 0;
    hw_permit_block* const block = made ? map(file.fd()) : nullptr;
    if (block != nullptr) {
        fill(*block, config);
        munmap(block, sizeof *block);
    }
    if (block == nullptr || rename(beside.c_str(), path.c_str()) != 0) {
        error = reason_of(errno, path);
        if (file.fd() >= 0) unlink(beside.c_str());
        return -1;
    }
    return file.release();
}

bool is_on_tmpfs(int fd) {
    struct statfs info {};
    return fstatfs(fd, &info) == 0 && info.f_type == TMPFS_MAGIC;
}

}  // namespace

std::unique_ptr<PermitBlock> PermitBlock::open(const std::string& path, const hedge::EngineConfig& config,
                                               std::string& error) {
    error.clear();
    int fd = take_over(path, config, error);
    if (fd < 0 && error.empty()) fd = make(path, config, error);
    OpenFile file(fd);
    if (fd < 0) {
        error = "quote permits: " + error;
        return nullptr;
    }
    if (!is_on_tmpfs(fd)) {
        error = "quote permits: " + path +
                " is on a disk: its writes could hold up the hot thread; use a tmpfs such as /dev/shm";
        unlink(path.c_str());
        return nullptr;
    }
    hw_permit_block* const block = map(fd);
    if (block == nullptr) {
        error = "quote permits: " + reason_of(errno, path);
        return nullptr;
    }
    return std::unique_ptr<PermitBlock>(new PermitBlock(block, file.release(), config));
}

PermitBlock::PermitBlock(hw_permit_block* block, int fd, const hedge::EngineConfig& config)
    : block_(block),
      fd_(fd),
      lease_ns_(std::min<std::int64_t>(config.permit_lease.ns(), kLongestNs)),
      written_(config.underlyings.size(), 0) {
    block_->writer_pid = static_cast<std::uint64_t>(getpid());
    hedge::PermitState none;
    none.why = AlertCode::warming_up;
    for (std::size_t n = 0; n < written_.size(); ++n) write(n, none, 0);
}

PermitBlock::~PermitBlock() {
    withdraw_all(*block_);
    munmap(block_, sizeof *block_);
    close(fd_);
}

void PermitBlock::write(std::size_t at, const hedge::PermitState& permit, std::int64_t lease_end_ns) {
    hw_permit_slot& slot = block_->slots[at];
    const std::uint64_t sequence = slot.sequence;
    word(slot.sequence).store(sequence + 1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    std::atomic_ref<std::int64_t>(slot.lease_end_ns).store(lease_end_ns, std::memory_order_relaxed);
    word(slot.given).store(permit.given, std::memory_order_relaxed);
    word(slot.reason).store(static_cast<std::uint64_t>(permit.why), std::memory_order_relaxed);
    std::array<std::uint64_t, HW_PERMIT_REASON_WORDS> text{};
    const std::string_view name = permit.why == AlertCode::none ? "" : to_string(permit.why);
    std::memcpy(text.data(), name.data(), std::min(name.size(), sizeof text));
    for (std::size_t w = 0; w < text.size(); ++w)
        word(slot.reason_text[w]).store(text[w], std::memory_order_relaxed);
    word(slot.sequence).store(sequence + 2, std::memory_order_release);
}

void PermitBlock::publish(const hedge::EngineState& state, std::int64_t now_ns, bool renew) {
    for (std::uint16_t n = 0; n < state.underlying_count; ++n) {
        const hedge::UnderlyingState& u = state.underlyings[n];
        if (!u.configured || u.config_index >= written_.size()) continue;
        const hedge::PermitState& permit = u.risk.permit;
        std::uint64_t& written = written_[u.config_index];
        const bool changed = written != permit.changes + 1;
        if (!changed && !(renew && permit.given)) continue;
        written = permit.changes + 1;
        write(u.config_index, permit, permit.given ? now_ns + lease_ns_ : 0);
    }
}

}  // namespace hw::deploy
