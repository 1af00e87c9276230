// Writes an ONNX file with libonnx.
//
// SPDX-License-Identifier: Apache-2.0
#include "codesign/train/onnx_file.hpp"

#include <onnx/checker.h>
#include <onnx/onnx_pb.h>

#include "generator/spec/error.hpp"

namespace peforge::codesign {

namespace {

constexpr std::int64_t kIrVersion = 7;
constexpr std::int64_t kOpset = 13;

void set_value_info(onnx::ValueInfoProto* info, const std::string& name,
                    const std::vector<std::int64_t>& shape) {
    info->set_name(name);
    onnx::TypeProto::Tensor* type = info->mutable_type()->mutable_tensor_type();
    type->set_elem_type(onnx::TensorProto::FLOAT);
    type->mutable_shape()->add_dim()->set_dim_param("N");
    for (const std::int64_t size : shape) {
        type->mutable_shape()->add_dim()->set_dim_value(size);
    }
}

/// Stores one alternative of OnnxNode::Attribute.
struct AttributeSetter {
    onnx::AttributeProto* proto;

    void operator()(std::int64_t value) const {
        proto->set_type(onnx::AttributeProto::INT);
        proto->set_i(value);
    }
    void operator()(float value) const {
        proto->set_type(onnx::AttributeProto::FLOAT);
        proto->set_f(value);
    }
    void operator()(const std::vector<std::int64_t>& values) const {
        proto->set_type(onnx::AttributeProto::INTS);
        for (const std::int64_t value : values) {
            proto->add_ints(value);
        }
    }
};

void set_node(onnx::NodeProto* proto, const OnnxNode& node) {
    proto->set_op_type(node.op);
    proto->set_name(node.name);
    for (const std::string& input : node.inputs) {
        proto->add_input(input);
    }
    proto->add_output(node.output);
    for (const auto& [key, value] : node.attributes) {
        onnx::AttributeProto* attribute = proto->add_attribute();
        attribute->set_name(key);
        std::visit(AttributeSetter{attribute}, value);
    }
}

void set_tensor(onnx::TensorProto* proto, const OnnxTensor& tensor) {
    proto->set_name(tensor.name);
    proto->set_data_type(onnx::TensorProto::FLOAT);
    for (const std::int64_t size : tensor.shape) {
        proto->add_dims(size);
    }
    // raw_data is what every exporter writes; ONNX defines it as little-endian, as are all hosts
    // libtorch 1.13 runs on.
    proto->set_raw_data(tensor.values.data(), tensor.values.size() * sizeof(float));
}

}  // namespace

std::string format_onnx(const OnnxNetwork& network) {
    onnx::ModelProto model;
    model.set_ir_version(kIrVersion);
    model.set_producer_name("peforge-train");
    model.set_producer_version(PEFORGE_VERSION);
    model.set_doc_string(network.description);
    model.add_opset_import()->set_version(kOpset);
    for (const auto& [key, value] : network.metadata) {
        onnx::StringStringEntryProto* entry = model.add_metadata_props();
        entry->set_key(key);
        entry->set_value(value);
    }
    onnx::GraphProto* graph = model.mutable_graph();
    graph->set_name(network.name);
    set_value_info(graph->add_input(), network.input, network.input_shape);
    set_value_info(graph->add_output(), network.output, network.output_shape);
    for (const OnnxNode& node : network.nodes) {
        set_node(graph->add_node(), node);
    }
    for (const OnnxTensor& tensor : network.constants) {
        set_tensor(graph->add_initializer(), tensor);
    }
    try {
        onnx::checker::check_model(model);
    } catch (const std::exception& error) {
        throw CheckFailedError(std::string("ONNX checker: ") + error.what());
    }
    return model.SerializeAsString();
}

}  // namespace peforge::codesign
